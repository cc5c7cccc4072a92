import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** LEAKS: sessions that never expire, 1.6 KB a request, in a heap that the collector lets grow; plus short-lived garbage. */
public final class Sessions {
    static volatile byte[] answer;

    public static void main(String[] args) throws Exception {
        Map<String, byte[]> sessions = new HashMap<>();
        Requests.serve(() -> {
            answer = new byte[60_000];
            sessions.put(UUID.randomUUID().toString(), new byte[1500]);
        });
    }
}
