package io.elasticjob.deploy;

import static io.elasticjob.deploy.Rendered.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.testing.kubernetes.ApiServer;
import io.elasticjob.testing.kubernetes.Given;
import io.elasticjob.testing.kubernetes.Kubectl;
import io.elasticjob.testing.machine.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.convert.DurationStyle;

/** What {@code deploy/kubernetes} deploys, as kubectl renders it, and the page that tells how. */
@Needs(value = Kubectl.NAME, there = Kubectl.class)
class DeployTest {

    private static final Path PAGE = Path.of("..", "docs", "operations", "kubernetes.md");
    private static final Pattern SECRET = Pattern.compile("kubectl create secret generic ([a-z-]+)");

    static List<String> folders() {
        return Rendered.folders();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void anApiServerWouldTakeIt(String folder) throws IOException {
        Given given = new Given(secretsOfThePage());

        assertThat(ApiServer.problems(Rendered.of(folder).yaml(), given)).isEmpty();
    }

    @Test
    void eachComponentIsUsed() throws IOException {
        String overlays = Rendered.folders().stream()
                .filter(folder -> folder.startsWith("overlays"))
                .map(folder -> read(Rendered.FOLDER.resolve(folder).resolve("kustomization.yaml")))
                .collect(Collectors.joining());
        try (Stream<Path> components = Files.list(Rendered.FOLDER.resolve("components"))) {
            assertThat(components)
                    .isNotEmpty()
                    .allSatisfy(component ->
                            assertThat(overlays).contains("../../components/" + component.getFileName() + "\n"));
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void aRolloutAlwaysHasPodsAndNoneIsKilledWhileItsJobsEnd(String folder) {
        Rendered rendered = Rendered.of(folder);
        Map<String, Object> deployment = rendered.object("Deployment", "application");
        Duration phase =
                DurationStyle.detectAndParse(rendered.settings().get("SPRING_LIFECYCLE_TIMEOUTPERSHUTDOWNPHASE"));
        int grace = (Integer) at(deployment, "spec", "template", "spec", "terminationGracePeriodSeconds");
        int sleep = (Integer) at(Rendered.container(deployment), "lifecycle", "preStop", "sleep", "seconds");

        assertThat(at(deployment, "spec", "replicas")).isEqualTo(3);
        assertThat(at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable"))
                .isEqualTo(0);
        assertThat(Duration.ofSeconds(grace)).isEqualTo(phase.plusSeconds(10));
        assertThat(sleep).isLessThan(10);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void anOutageOfZooKeeperTakesNoPodOutOfService(String folder) {
        Rendered rendered = Rendered.of(folder);
        Map<?, ?> container = Rendered.container(rendered.object("Deployment", "application"));

        assertThat(at(container, "livenessProbe", "httpGet", "path")).isEqualTo("/livez");
        assertThat(at(container, "startupProbe", "httpGet", "path")).isEqualTo("/livez");
        assertThat(at(container, "readinessProbe", "httpGet", "path")).isEqualTo("/readyz");
        assertThat(rendered.settings())
                .containsEntry("MANAGEMENT_ENDPOINT_HEALTH_PROBES_ADDADDITIONALPATHS", "true")
                .allSatisfy(
                        (variable, value) -> assertThat(variable).doesNotStartWith("MANAGEMENT_ENDPOINT_HEALTH_GROUP"));
    }

    @ParameterizedTest
    @MethodSource("folders")
    void anInstanceHasTheNameOfItsPod(String folder) {
        Object env = Rendered.container(Rendered.of(folder).object("Deployment", "application"))
                .get("env");

        assertThat((List<?>) env)
                .filteredOn(one -> "ELASTICJOB_INSTANCE_NAME".equals(at(one, "name")))
                .singleElement()
                .satisfies(one -> assertThat(at(one, "valueFrom", "fieldRef", "fieldPath"))
                        .isEqualTo("metadata.name"));
    }

    @ParameterizedTest
    @MethodSource("folders")
    void nothingIsWrittenOutsideOfVolumes(String folder) {
        Rendered rendered = Rendered.of(folder);

        assertThat(rendered.objects())
                .filteredOn(one -> Set.of("Deployment", "StatefulSet").contains(one.get("kind")))
                .isNotEmpty()
                .allSatisfy(one -> assertThat(at(Rendered.container(one), "securityContext", "readOnlyRootFilesystem"))
                        .isEqualTo(true));
    }

    /** The application shows itself by the labels and the container that it is told to look for, and may look. */
    @Test
    void deathsAreLookedForWhereTheApplicationRuns() {
        Rendered rendered = Rendered.of("overlays/array-jobs");
        Map<String, Object> deployment = rendered.object("Deployment", "application");
        Map<String, String> settings = rendered.settings();
        String[] label =
                settings.get("ELASTICJOB_KUBERNETES_KNOWNDEATHS_SELECTOR").split("=", 2);

        assertThat(settings).containsEntry("ELASTICJOB_KUBERNETES_KNOWNDEATHS_ENABLED", "true");
        assertThat(at(deployment, "spec", "template", "metadata", "labels", label[0]))
                .isEqualTo(label[1]);
        assertThat(Rendered.container(deployment).get("name"))
                .isEqualTo(settings.get("ELASTICJOB_KUBERNETES_KNOWNDEATHS_CONTAINER"));
        assertThat(at(deployment, "spec", "template", "spec", "automountServiceAccountToken"))
                .isEqualTo(true);
        assertThat(at(rendered.object("Role", "known-deaths"), "rules", 0, "verbs"))
                .isEqualTo(List.of("get", "list", "watch"));
        assertThat(at(rendered.object("RoleBinding", "known-deaths"), "subjects", 0, "namespace"))
                .isEqualTo(at(deployment, "metadata", "namespace"));
        assertThat(at(rendered.object("RoleBinding", "known-deaths"), "subjects", 0, "name"))
                .isEqualTo(at(deployment, "spec", "template", "spec", "serviceAccountName"));
    }

    /** KEDA asks from another namespace, for what the gateway serves, and divides it by the slots of a worker. */
    @Test
    void kedaAsksForTheDemandOfTheWorkers() {
        Rendered rendered = Rendered.of("overlays/scheduler");
        Map<String, Object> scaled = rendered.object("ScaledObject", "worker");
        String handler = rendered.settings().get("ELASTICJOB_GATEWAY_HANDLERS");
        List<?> triggers = (List<?>) at(scaled, "spec", "triggers");

        assertThat(triggers).hasSize(2).allSatisfy(trigger -> {
            URI url = URI.create(String.valueOf(at(trigger, "metadata", "url")));
            String[] host = url.getHost().split("\\.");
            Map<String, Object> service = rendered.object("Service", host[0]);
            assertThat(at(service, "metadata", "namespace")).isEqualTo(host[1]);
            assertThat(at(service, "spec", "ports", 0, "port")).isEqualTo(url.getPort());
            assertThat(url.getPath()).isEqualTo("/actuator/elasticjob/demand");
            assertThat(url.getQuery()).isEqualTo("handler=" + handler);
        });
        assertThat(triggers)
                .extracting(trigger -> at(trigger, "metadata", "valueLocation"))
                .containsExactly(handler + ".due", handler + ".running");
        assertThat(Rendered.container(rendered.object("Deployment", "worker"))
                        .get("args")
                        .toString())
                .contains("--slots=" + at(scaled, "spec", "advanced", "scalingModifiers", "target") + ",");
        assertThat(at(rendered.object("Deployment", "worker"), "spec", "replicas"))
                .isNull();
    }

    @Test
    void aWorkerEndsWhatItRunsBeforeItsPodIsKilled() {
        Map<String, Object> worker = Rendered.of("overlays/scheduler").object("Deployment", "worker");
        int grace = (Integer) at(worker, "spec", "template", "spec", "terminationGracePeriodSeconds");

        assertThat((List<?>) Rendered.container(worker).get("args"))
                .anyMatch(argument -> argument.equals("--grace=" + (grace - 10)));
    }

    /** Paths, namespaces and objects that commands of the page name. */
    @Test
    void whatCommandsOfThePageNameIsThere() {
        Pattern folder = Pattern.compile("deploy/kubernetes/[a-z/-]+(\\.yaml)?");
        Pattern object = Pattern.compile("\\b(deployment|statefulset|service)/([a-z-]+)");
        List<Rendered> all = Rendered.all();
        String commands = Pattern.compile("(?m)^ *(kubectl|mvn|docker) .*$")
                .matcher(read(PAGE))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.joining("\n"));

        assertThat(folder.matcher(read(PAGE)).results().map(MatchResult::group))
                .isNotEmpty()
                .allSatisfy(path -> assertThat(Path.of("..").resolve(path)).exists());
        assertThat(object.matcher(commands).results().map(found -> found.group(1) + "/" + found.group(2)))
                .isNotEmpty()
                .allSatisfy(named ->
                        assertThat(all).anyMatch(rendered -> rendered.has(kind(named), named.replaceFirst(".*/", ""))));
        assertThat(Pattern.compile("-n ([a-z-]+)").matcher(commands).results().map(found -> found.group(1)))
                .isNotEmpty()
                .allSatisfy(namespace -> assertThat(all)
                        .anyMatch(rendered ->
                                namespace.equals(at(rendered.objects().get(0), "metadata", "namespace"))));
    }

    @Test
    void thePageNamesAllComponentsAndOverlays() throws IOException {
        String page = read(PAGE);
        for (String part : List.of("components", "overlays")) {
            try (Stream<Path> folders = Files.list(Rendered.FOLDER.resolve(part))) {
                assertThat(folders).allSatisfy(one -> assertThat(page).contains("`" + one.getFileName() + "`"));
            }
        }
    }

    private static String kind(String named) {
        return switch (named.replaceFirst("/.*", "")) {
            case "deployment" -> "Deployment";
            case "statefulset" -> "StatefulSet";
            default -> "Service";
        };
    }

    private static Set<String> secretsOfThePage() {
        return SECRET.matcher(read(PAGE))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
