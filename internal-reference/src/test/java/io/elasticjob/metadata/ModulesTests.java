package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
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

    /** What an application gets with each of them, beside what it has itself: neither more modules nor anything for tests. */
    private static final Map<String, Set<String>> HANDED_ON = Map.of(
            "elasticjob-core",
            Set.of(
                    "jspecify",
                    "slf4j-api",
                    "jackson-core",
                    "curator-client",
                    "zookeeper",
                    "netty-transport-classes-epoll",
                    "metrics-core",
                    "snappy-java",
                    "quartz"),
            "elasticjob-test",
            Set.of("elasticjob-core", "jspecify", "assertj-core"),
            "elasticjob-spring-boot-starter",
            Set.of("elasticjob-core", "spring-boot-starter"),
            "elasticjob-gateway",
            Set.of("elasticjob-spring-boot-starter"),
            "elasticjob-console",
            Set.of("elasticjob-spring-boot-starter", "spring-boot-starter-actuator"),
            "elasticjob-kubernetes",
            Set.of("elasticjob-spring-boot-starter", "kubernetes-client", "kubernetes-httpclient-jdk"),
            "elasticjob-slurm",
            Set.of("elasticjob-spring-boot-starter"));

    @Test
    void whatIsPublishedHandsOnNothingThatIsNotNeededToRun() throws Exception {
        Map<String, Set<String>> handedOn = new TreeMap<>();
        for (String module : PUBLISHED) {
            if (!module.equals(BOM)) {
                handedOn.put(module, handedOn(ROOT.resolve(module).resolve("pom.xml")));
            }
        }

        assertThat(handedOn).isEqualTo(HANDED_ON);
    }

    private static Set<String> handedOn(Path pom) throws Exception {
        NodeList dependencies = document(pom).getElementsByTagName("dependency");
        Set<String> handedOn = new TreeSet<>();
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            String artifact = text(dependency, "artifactId");
            boolean isForTests = text(dependency, "scope").equals("test") || artifact.startsWith("internal-");
            if (!isForTests && !text(dependency, "optional").equals("true")) {
                handedOn.add(artifact);
            }
        }
        return handedOn;
    }

    private static String text(Element element, String name) {
        NodeList found = element.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
    }

    /** The scope is managed at the root: without it there, all published modules would hand them on. */
    @Test
    void whatIsForTestsOnlyIsManagedSo() throws Exception {
        NodeList dependencies = document(ROOT.resolve("pom.xml")).getElementsByTagName("dependency");
        List<String> scopes = new ArrayList<>();
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            if (text(dependency, "artifactId").startsWith("internal-")) {
                scopes.add(text(dependency, "scope"));
            }
        }

        assertThat(scopes).isNotEmpty().containsOnly("test");
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

    private static Document document(Path pom) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
    }

    private static List<String> texts(Path pom, String element) throws Exception {
        NodeList found = document(pom).getElementsByTagName(element);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            texts.add(found.item(i).getTextContent().strip());
        }
        return texts;
    }
}
