import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** LEAKS: direct buffers outside the heap, 8 KiB a request, never dropped; the heap stays small. */
public final class DirectBuffers {
    public static void main(String[] args) throws Exception {
        List<ByteBuffer> kept = new ArrayList<>();
        Requests.serve(() -> kept.add(ByteBuffer.allocateDirect(8 * 1024)));
    }
}
