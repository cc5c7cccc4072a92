import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;

/** LEAKS: each reload of a plug-in makes a class loader and a class that stay referenced: metaspace, about 40 KB each. */
public final class ClassLoaders {
    public static void main(String[] args) throws Exception {
        List<Object> plugins = new ArrayList<>();
        Requests.serve(() -> {
            ClassLoader loader = new URLClassLoader(new URL[0], ClassLoaders.class.getClassLoader());
            plugins.add(Proxy.newProxyInstance(loader, new Class<?>[] {Runnable.class}, (self, method, given) -> null));
        });
    }
}
