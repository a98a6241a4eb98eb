package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiSiteTests {

    private static final List<Path> SOURCES = List.of(
            Path.of("..", "elasticjob-core", "src", "main", "java"),
            Path.of("..", "elasticjob-spring-boot-starter", "src", "main", "java"));

    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

    /** It stays there to be read and published. */
    private static final Path SITE = Path.of("target", "api");

    @Test
    void theJavadocOfTheApiIsASiteWithoutAWarning() throws IOException {
        assertThat(new ApiSite(SOURCES, CLASS_PATH).writeTo(SITE)).isEmpty();

        assertThat(SITE.resolve("io/elasticjob/JobOperations.html")).content().contains("disable");
        assertThat(SITE.resolve("io/elasticjob/boot/ElasticJob.html")).exists();
        assertThat(SITE.resolve("io/elasticjob/codec")).doesNotExist();
    }

    @Test
    void aLinkToNowhereIsAWarning(@TempDir Path sources, @TempDir Path site) throws IOException {
        Path folder = Files.createDirectories(sources.resolve("io/elasticjob/metadata"));
        Files.writeString(folder.resolve("Shown.java"), """
                package io.elasticjob.metadata;

                /**
                 * See {@link Nowhere}.
                 *
                 * @since 0.1.0
                 */
                public class Shown {}
                """);

        assertThat(new ApiSite(List.of(sources), CLASS_PATH).writeTo(site)).contains("Nowhere");
    }
}
