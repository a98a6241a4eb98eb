package io.elasticjob.boot.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/**
 * What the command writes.
 *
 * @param yaml the settings
 * @param log what it says
 */
record Imported(int result, String yaml, String log) {

    static Imported by(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        int result = new JobImport(
                        Map.of(),
                        InstantSource.system(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(log, true, StandardCharsets.UTF_8))
                .run(arguments);
        Imported imported =
                new Imported(result, out.toString(StandardCharsets.UTF_8), log.toString(StandardCharsets.UTF_8));
        assertThat(result).as(imported.log()).isNotEqualTo(JobImport.FAILED);
        return imported;
    }
}
