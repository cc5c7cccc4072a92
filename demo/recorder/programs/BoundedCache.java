import java.util.concurrent.ThreadLocalRandom;

/** Healthy: a cache of ENTRIES places of 4 KB filled at random, and garbage; the collector commits the heap by and by. */
public final class BoundedCache {
    static volatile byte[] answer;

    public static void main(String[] args) throws Exception {
        byte[][] cache = new byte[Integer.parseInt(args[0])][];
        int garbageBytes = Integer.parseInt(args[1]);
        Requests.serve(() -> {
            answer = new byte[garbageBytes];
            cache[ThreadLocalRandom.current().nextInt(cache.length)] = new byte[4000];
        });
    }
}
