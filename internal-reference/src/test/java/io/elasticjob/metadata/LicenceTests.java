package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is passed on says under which licence it may be. */
class LicenceTests {

    private static final Path ROOT = Path.of("..");

    static List<String> modulesWithJars() {
        return ModulesTests.PUBLISHED.stream()
                .filter(module -> !module.equals(ModulesTests.BOM))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("modulesWithJars")
    void everyJarCarriesItsLicence(String module) throws Exception {
        Path contents = ROOT.resolve(module).resolve("target/classes/META-INF");
        for (String file : List.of("LICENSE", "NOTICE")) {
            assertThat(contents.resolve(file)).hasSameTextualContentAs(ROOT.resolve(file));
        }
        assertThat(Files.readString(contents.resolve("LICENSE")))
                .contains("Apache License")
                .contains("Version 2.0");
        assertThat(contents.resolve("NOTICE")).content().contains("ElasticJob");
    }
}
