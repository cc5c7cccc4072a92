import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;

/** LEAKS at errors, which come in bursts: a failed upload's Deflater is never ended, and stays in a list of failures. */
public final class JvmErrors {
    static volatile byte[] answer;

    public static void main(String[] args) throws Exception {
        List<Deflater> failures = new ArrayList<>();
        Random random = new Random();
        double begin = Double.parseDouble(System.getenv("RECORDER_BEGIN"));
        Requests.serve(() -> {
            answer = new byte[40_000];
            long slot = (long) ((System.currentTimeMillis() / 1000.0 - begin + 10_000) / 30);
            boolean incident = new Random(slot * 7919).nextInt(1000) < 110;
            if (!incident || random.nextInt(4) > 0) return;
            Deflater deflater = new Deflater();
            deflater.setInput(answer);
            deflater.deflate(new byte[1000]);
            failures.add(deflater);
        });
    }
}
