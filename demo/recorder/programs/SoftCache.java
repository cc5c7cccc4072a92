import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.Map;

/** Healthy: a cache of soft references, 12 KB a page, that the collector clears only when the heap has reached its bound. */
public final class SoftCache {
    static volatile byte[] answer;

    public static void main(String[] args) throws Exception {
        Map<Integer, SoftReference<byte[]>> pages = new HashMap<>();
        int[] served = {0};
        Requests.serve(() -> {
            answer = new byte[20_000];
            int page = served[0]++ % 20_000;
            pages.put(page, new SoftReference<>(new byte[12_000]));
        });
    }
}
