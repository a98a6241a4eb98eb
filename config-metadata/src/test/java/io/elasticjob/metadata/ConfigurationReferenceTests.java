package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationReferenceTests {

    private static final Path COMMITTED = Path.of("..", "docs", "configuration.md");

    @Test
    void theCommittedPageIsTheOneThatTheMetadataMakes() throws IOException {
        String made = new ConfigurationReference(Metadata.ofStarter()).markdown();

        if (Boolean.getBoolean("write")) {
            Files.createDirectories(COMMITTED.getParent());
            Files.writeString(COMMITTED, made);
        }

        assertThat(Files.exists(COMMITTED) ? Files.readString(COMMITTED) : "")
                .as(
                        "docs/configuration.md. Make it anew by: mvn -pl config-metadata -am verify -Dwrite, and commit it.")
                .isEqualTo(made);
    }
}
