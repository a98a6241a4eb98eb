package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Only what users need goes to a repository. */
class ModulesTests {

    private static final Path ROOT = Path.of("..");
    static final String BOM = "elasticjob-bom";
    static final List<String> PUBLISHED = List.of(
            "elasticjob-core",
            "elasticjob-test",
            "elasticjob-spring-boot-starter",
            "elasticjob-gateway",
            "elasticjob-console",
            "elasticjob-kubernetes",
            "elasticjob-slurm",
            BOM);

    @Test
    void whatIsPublishedIsNamedSo() throws Exception {
        List<String> published = new ArrayList<>();
        for (String module : texts(ROOT.resolve("pom.xml"), "module")) {
            Path pom = ROOT.resolve(module).resolve("pom.xml");
            if (pom.toFile().isFile() && !texts(pom, "maven.deploy.skip").contains("true")) {
                published.add(module);
            }
        }

        assertThat(published).containsExactlyInAnyOrderElementsOf(PUBLISHED);
    }

    /** It has no parent, which would hand on its own dependency management. */
    @Test
    void theBillOfMaterialsNamesAllOtherPublishedModulesInTheirVersion() throws Exception {
        Path bom = ROOT.resolve(BOM).resolve("pom.xml");
        String project = texts(ROOT.resolve("pom.xml"), "version").get(0);
        List<String> versions = texts(bom, "version");

        String formatter = texts(ROOT.resolve("pom.xml"), "spotless.version").get(0);
        int last = versions.size() - 1;

        assertThat(versions.get(0)).isEqualTo(project);
        assertThat(versions.subList(1, last)).containsOnly("${project.version}");
        assertThat(versions.get(last)).isEqualTo(formatter);
        assertThat(texts(bom, "artifactId"))
                .filteredOn(artifact -> !artifact.equals("spotless-maven-plugin"))
                .containsExactlyInAnyOrderElementsOf(PUBLISHED);
    }

    /** Maven Central refuses what lacks one of these; modules inherit all but name and description. */
    @Test
    void whatIsPublishedSaysWhatARepositoryAsksFor() throws Exception {
        for (String pom : List.of("pom.xml", BOM + "/pom.xml")) {
            for (String fact : List.of("name", "description", "url", "licenses", "developers", "scm")) {
                assertThat(texts(ROOT.resolve(pom), fact))
                        .as(fact + " of " + pom)
                        .isNotEmpty();
            }
        }
        for (String module : PUBLISHED) {
            Path pom = ROOT.resolve(module).resolve("pom.xml");
            assertThat(texts(pom, "name")).as("name of " + module).isNotEmpty();
            assertThat(texts(pom, "description")).as("description of " + module).isNotEmpty();
        }
    }

    private static List<String> texts(Path pom, String element) throws Exception {
        Document document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
        NodeList found = document.getElementsByTagName(element);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            texts.add(found.item(i).getTextContent().strip());
        }
        return texts;
    }
}
