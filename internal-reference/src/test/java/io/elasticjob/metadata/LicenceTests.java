package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.boot.ElasticJob;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is passed on says under which licence it may be. */
class LicenceTests {

    @ParameterizedTest
    @ValueSource(classes = {JobDefinition.class, ElasticJob.class})
    void everyJarCarriesItsLicence(Class<?> one) throws Exception {
        URI place = one.getProtectionDomain().getCodeSource().getLocation().toURI();
        if (Files.isDirectory(Path.of(place))) {
            look(Path.of(place));
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(Path.of(place))) {
                look(jar.getPath("/"));
            }
        }
    }

    private static void look(Path root) throws Exception {
        assertThat(Files.readString(root.resolve("META-INF/LICENSE")))
                .contains("Apache License")
                .contains("Version 2.0");
        assertThat(root.resolve("META-INF/NOTICE")).content().contains("ElasticJob");
    }
}
