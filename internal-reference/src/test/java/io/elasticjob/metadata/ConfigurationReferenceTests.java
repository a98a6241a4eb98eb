package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationReferenceTests {

    private static final Path COMMITTED = Path.of("..", "docs", "reference", "properties.md");

    @Test
    void theCommittedPageIsTheOneThatTheMetadataMakes() throws IOException {
        String made = new ConfigurationReference(Metadata.ofModules()).markdown();

        if (Boolean.getBoolean("write")) {
            Files.createDirectories(COMMITTED.getParent());
            Files.writeString(COMMITTED, made);
        }

        assertThat(Files.exists(COMMITTED) ? Files.readString(COMMITTED) : "")
                .as(
                        "docs/reference/properties.md. Regenerate it by: mvn -pl internal-reference -am verify -Dwrite, and commit it.")
                .isEqualTo(made);
    }
}
