package io.elasticjob.kind;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Hands each line of an output on, as soon as it is there, without secrets and control characters. Runs on a thread of its
 * own, and ends with the output.
 */
final class OutputLines implements Runnable {

    /** What a line has beyond it is left out. */
    private static final int LONGEST = 8_192;

    private static final int TAIL = 300;

    private final InputStream output;
    private final Secrets secrets;
    private final Consumer<String> line;
    private final @Nullable Map<String, String> logContext = MDC.getCopyOfContextMap();

    // Confined to the thread that reads, and to whoever has waited for its end.
    private String tail = "";

    OutputLines(InputStream output, Secrets secrets, Consumer<String> line) {
        this.output = output;
        this.secrets = secrets;
        this.line = line;
    }

    @Override
    public void run() {
        if (logContext != null) {
            MDC.setContextMap(logContext);
        }
        StringBuilder present = new StringBuilder();
        try (Reader reader = new InputStreamReader(output, StandardCharsets.UTF_8)) {
            char[] piece = new char[4_096];
            for (int length = reader.read(piece); length >= 0; length = reader.read(piece)) {
                for (int i = 0; i < length; i++) {
                    if (piece[i] == '\n') {
                        tell(present);
                    } else if (present.length() < LONGEST) {
                        present.append(piece[i]);
                    }
                }
            }
        } catch (IOException closed) {
            // by whoever has waited long enough
        }
        if (present.length() > 0) {
            tell(present);
        }
    }

    private void tell(StringBuilder written) {
        boolean isCut = written.length() >= LONGEST;
        String text = secrets.masked(written.toString());
        written.setLength(0);
        if (isCut) { // where a secret may have been cut in two
            text = text.substring(0, Math.max(0, text.length() - secrets.longest())) + "…";
        }
        String shown = text.replaceAll("\\p{Cntrl}", " ").stripTrailing();
        tail = tail + (tail.isEmpty() ? "" : "\n") + shown;
        tail = tail.length() <= TAIL ? tail : tail.substring(tail.length() - TAIL);
        line.accept(shown);
    }

    /** The last of what was told; to be asked for when it has ended. */
    String tail() {
        return tail;
    }
}
