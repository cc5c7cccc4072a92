import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

/** Serves what the recorder announces: a line of standard input is a number of requests. */
final class Requests {
    static volatile byte[] body;

    private Requests() {}

    static void serve(Runnable request) throws IOException {
        // What a service holds all its life, RECORDER_BASE_MIB in all: code, settings, tables.
        byte[][] base = new byte[Integer.parseInt(System.getenv("RECORDER_BASE_MIB")) * 256][4096];
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            for (int left = Integer.parseInt(line); left > 0; left--) {
                body = base[left % base.length].clone();
                request.run();
            }
        }
        System.exit(0);
    }
}
