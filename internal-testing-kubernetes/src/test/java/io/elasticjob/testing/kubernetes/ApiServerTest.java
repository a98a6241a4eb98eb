package io.elasticjob.testing.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.error.YAMLException;

/** Objects in which nothing is wrong, and then one thing. */
class ApiServerTest {

    private static final Given GIVEN = new Given(Set.of("shop-password"));

    /** What is written instead, and the rule that it breaks. */
    record Broken(Rule rule, String good, String bad) {

        @Override
        public String toString() {
            return rule + " " + bad.strip().lines().findFirst().orElse("without " + good.strip());
        }
    }

    static List<Broken> broken() {
        return List.of(
                new Broken(Rule.KIND, "apiVersion: policy/v1", "apiVersion: policy/v1beta1"),
                new Broken(Rule.KIND, "kind: Role\nmetadata", "kind: Rolle\nmetadata"),
                new Broken(Rule.FIELDS, "replicas: 3", "replica: 3"),
                new Broken(Rule.FIELDS, "replicas: 3", "replicas: \"3\""),
                new Broken(Rule.FIELDS, "replicas: 3", "replicas: many"),
                new Broken(Rule.FIELDS, "COLOUR: blue", "COLOUR: 1"),
                new Broken(Rule.FIELDS, "COLOUR: blue", "COLOUR: true"),
                new Broken(Rule.FIELDS, "image: shop:1", "image: shop:1\n          imagepullPolicy: Always"),
                new Broken(Rule.FIELDS, "path: /readyz", "path: /readyz\n              timeout: 1"),
                new Broken(Rule.FIELDS, "drop: [ALL]", "drop: ALL"),
                new Broken(Rule.NAME, "metadata:\n  name: shop\n---", "metadata:\n  name: Shop\n---"),
                new Broken(Rule.NAME, "metadata:\n  name: shop\n---", "metadata:\n  name: shop_1\n---"),
                new Broken(
                        Rule.NAME, "kind: Service\nmetadata:\n  name: shop", "kind: Service\nmetadata:\n  name: 1shop"),
                new Broken(
                        Rule.NAME,
                        "kind: StatefulSet\nmetadata:\n  name: store",
                        "kind: StatefulSet\nmetadata:\n  name: " + "s".repeat(53)),
                new Broken(Rule.LABELS, "team: \"1\"", "team: \"one two\""),
                new Broken(Rule.LABELS, "team: \"1\"", "team: " + "1".repeat(64)),
                new Broken(Rule.LABELS, "team: \"1\"", "-team: \"1\""),
                new Broken(Rule.LABELS, "team: \"1\"", "a/b/team: \"1\""),
                new Broken(Rule.LABELS, "        app: shop\n    spec", "        app: shop.\n    spec"),
                new Broken(
                        Rule.SELECTOR,
                        "matchLabels:\n      app: shop\n  strategy",
                        "matchLabels:\n      app: other\n  strategy"),
                new Broken(Rule.SELECTOR, "matchLabels:\n      app: shop\n  strategy", "matchLabels: {}\n  strategy"),
                new Broken(Rule.STRATEGY, "maxSurge: 25%", "maxSurge: 0%"),
                new Broken(Rule.STRATEGY, "maxSurge: 25%", "maxSurge: some"),
                new Broken(Rule.STRATEGY, "strategy:\n", "strategy:\n    type: Recreate\n"),
                new Broken(Rule.STRATEGY, "serviceName: store", "serviceName: store\n  podManagementPolicy: Fast"),
                new Broken(Rule.NUMBERS, "replicas: 3", "replicas: -1"),
                new Broken(Rule.NUMBERS, "terminationGracePeriodSeconds: 40", "terminationGracePeriodSeconds: -1"),
                new Broken(Rule.CONTAINERS, "name: web", "name: web_1"),
                new Broken(Rule.CONTAINERS, "image: shop:1", "image: \" shop:1\""),
                new Broken(Rule.CONTAINERS, "          image: shop:1\n", ""),
                new Broken(
                        Rule.CONTAINERS,
                        "        - name: web\n",
                        "        - name: web\n          image: other\n        - name: web\n"),
                new Broken(Rule.ENV, "- name: NAME", "- name: \"A=B\""),
                new Broken(Rule.ENV, "- name: NAME", "- name: 1NAME"),
                new Broken(Rule.ENV, "- name: NAME", "- name: COLOUR"),
                new Broken(Rule.ENV, "- name: NAME\n", "- name: NAME\n              value: x\n"),
                new Broken(Rule.ENV, "fieldPath: metadata.name", "fieldPath: metadata.generation"),
                new Broken(Rule.PORTS, "containerPort: 8080", "containerPort: 80800"),
                new Broken(Rule.PORTS, "- port: 80\n", "- port: 0\n"),
                new Broken(Rule.PORTS, "- name: http\n", "- name: the-port-for-http\n"),
                new Broken(Rule.PORTS, "- name: http\n", "- name: \"8080\"\n"),
                new Broken(
                        Rule.PORTS,
                        "containerPort: 8080\n",
                        "containerPort: 8080\n            - name: again\n              containerPort: 8080\n"),
                new Broken(Rule.PORTS, "- port: 80\n", "- port: 81\n    - port: 80\n"),
                new Broken(Rule.PROBES, "port: http\n            period", "port: web\n            period"),
                new Broken(Rule.PROBES, "path: /readyz", "path: readyz"),
                new Broken(Rule.PROBES, "periodSeconds: 5", "periodSeconds: 0"),
                new Broken(Rule.PROBES, "periodSeconds: 5", "terminationGracePeriodSeconds: 5"),
                new Broken(Rule.PROBES, "tcpSocket:\n", "successThreshold: 2\n            tcpSocket:\n"),
                new Broken(Rule.PROBES, "tcpSocket:\n", "exec:\n              command: [a]\n            tcpSocket:\n"),
                new Broken(Rule.LIFECYCLE, "seconds: 5", "seconds: 41"),
                new Broken(Rule.LIFECYCLE, "sleep:\n                seconds: 5", "{}"),
                new Broken(Rule.RESOURCES, "cpu: 250m", "cpu: lots"),
                new Broken(Rule.RESOURCES, "cpu: 250m", "gpus: 1"),
                new Broken(Rule.RESOURCES, "memory: 1Gi", "memory: 1gi"),
                new Broken(Rule.RESOURCES, "memory: 1Gi", "memory: 2Gi"),
                new Broken(Rule.RESOURCES, "sizeLimit: 1Gi", "sizeLimit: 1 Gi"),
                new Broken(Rule.VOLUMES, "- name: tmp\n              mount", "- name: temp\n              mount"),
                new Broken(Rule.VOLUMES, "mountPath: /etc/shop", "mountPath: /tmp"),
                new Broken(Rule.VOLUMES, "mountPath: /etc/shop", "mountPath: etc/shop"),
                new Broken(Rule.VOLUMES, "          emptyDir:\n            sizeLimit: 1Gi\n", ""),
                new Broken(
                        Rule.VOLUMES,
                        "- name: tmp\n          emptyDir",
                        "- name: tmp\n          configMap:\n            name: shop\n          emptyDir"),
                new Broken(Rule.VOLUMES, "            - name: config\n              mountPath: /etc/shop\n", ""),
                new Broken(Rule.RESTART, "restartPolicy: Always", "restartPolicy: Never"),
                new Broken(Rule.SECURITY_CONTEXT, "runAsUser: 1000", "runAsUser: 0"),
                new Broken(Rule.SPREAD, "maxSkew: 1", "maxSkew: 0"),
                new Broken(Rule.SPREAD, "whenUnsatisfiable: ScheduleAnyway", "whenUnsatisfiable: Never"),
                new Broken(Rule.SPREAD, "operator: In", "operator: NotIn"),
                new Broken(Rule.BUDGET, "minAvailable: 2", "minAvailable: 2\n  maxUnavailable: 1"),
                new Broken(Rule.BUDGET, "minAvailable: 2", "unhealthyPodEvictionPolicy: AlwaysAllow"),
                new Broken(Rule.BUDGET, "minAvailable: 2", "minAvailable: two"),
                new Broken(Rule.BUDGET, "minAvailable: 2", "minAvailable: 2\n  unhealthyPodEvictionPolicy: Yes!"),
                new Broken(Rule.NETWORK_POLICY, "policyTypes: [Ingress]", "policyTypes: [ingress]"),
                new Broken(
                        Rule.NETWORK_POLICY,
                        "- namespaceSelector: {}",
                        "- namespaceSelector: {}\n          ipBlock: {cidr: 10.0.0.0/8}"),
                new Broken(Rule.NETWORK_POLICY, "- port: http", "- port: 0"),
                new Broken(Rule.NETWORK_POLICY, "- port: http", "- port: http\n          endPort: 90"),
                new Broken(Rule.ACCESS, "    verbs: [get, list]\n", ""),
                new Broken(Rule.ACCESS, "    namespace: default\n", ""),
                new Broken(Rule.ACCESS, "kind: Role\n  name", "kind: Roll\n  name"),
                new Broken(Rule.CONFIG_DATA, "COLOUR: blue", "\"a b\": blue"),
                new Broken(Rule.CONFIG_DATA, "COLOUR: blue", "COLOUR: " + "b".repeat(1024 * 1024)),
                new Broken(Rule.SERVICE, "spec:\n  clusterIP: None", "spec:\n  type: Headless\n  clusterIP: None"),
                new Broken(Rule.SERVICE, "  ports:\n    - port: 80\n      targetPort: http\n", ""),
                new Broken(
                        Rule.SERVICE, "spec:\n  clusterIP: None", "spec:\n  sessionAffinity: Yes!\n  clusterIP: None"),
                new Broken(Rule.CLAIM, "storage: 10Gi", "storage: much"),
                new Broken(Rule.CLAIM, "accessModes: [ReadWriteOnce]", "accessModes: []"),
                new Broken(Rule.CUSTOM_FIELDS, "minReplicaCount: 0", "minReplicas: 0"),
                new Broken(Rule.CUSTOM_FIELDS, "minReplicaCount: 0", "minReplicaCount: none"),
                new Broken(Rule.CUSTOM_FIELDS, "targetValue: \"4\"", "targetValue: 4"),
                new Broken(Rule.CUSTOM_FIELDS, "        valueLocation: a.due\n", ""),
                new Broken(Rule.JOB, "  completions: 1000\n", ""),
                new Broken(Rule.JOB, "completionMode: Indexed", "completionMode: NonIndexed"),
                new Broken(Rule.JOB, "completionMode: Indexed", "completionMode: Array"),
                new Broken(Rule.JOB, "parallelism: 50", "parallelism: 200000"),
                new Broken(Rule.JOB, "parallelism: 50", "parallelism: -1"),
                new Broken(Rule.JOB, "maxFailedIndexes: 1000", "maxFailedIndexes: 1001"),
                new Broken(Rule.JOB, "  backoffLimitPerIndex: 2\n", ""),
                new Broken(
                        Rule.JOB, "completions: 1000\n  parallelism: 50", "completions: 100001\n  parallelism: 10001"),
                new Broken(
                        Rule.JOB,
                        "completions: 1000\n  parallelism: 50\n  backoffLimitPerIndex: 2\n  maxFailedIndexes: 1000",
                        "completions: 100001\n  backoffLimitPerIndex: 2\n  maxFailedIndexes: 10001"),
                new Broken(Rule.JOB, "podReplacementPolicy: Failed", "podReplacementPolicy: TerminatingOrFailed"),
                new Broken(Rule.JOB, "restartPolicy: Never", "restartPolicy: OnFailure"),
                new Broken(Rule.JOB, "values: [64]", "values: [0, 64]"),
                new Broken(Rule.JOB, "values: [64]", "values: [64, 64]"),
                new Broken(Rule.JOB, "operator: In\n", "operator: Is\n"),
                new Broken(Rule.JOB, "action: Ignore", "action: Forget"),
                new Broken(Rule.JOB, "  suspend: true\n", "  suspend: true\n  selector: {}\n"),
                new Broken(Rule.RESTART, "      restartPolicy: Never\n", ""),
                new Broken(Rule.NAME, "name: array", "name: " + "a".repeat(60)),
                new Broken(Rule.FIELDS, "suspend: true", "suspended: true"),
                new Broken(Rule.TWICE, "name: store\nspec:\n  clusterIP", "name: shop\nspec:\n  clusterIP"),
                new Broken(Rule.REFERENCE, "serviceAccountName: shop", "serviceAccountName: shops"),
                new Broken(Rule.REFERENCE, "configMap:\n            name: shop", "configMap:\n            name: shops"),
                new Broken(Rule.REFERENCE, "key: COLOUR", "key: COLOR"),
                new Broken(Rule.REFERENCE, "name: shop-password", "name: shop-passwords"),
                new Broken(Rule.REFERENCE, "kind: Role\n  name: shop", "kind: Role\n  name: shops"),
                new Broken(Rule.REFERENCE, "scaleTargetRef:\n    name: shop", "scaleTargetRef:\n    name: shops"),
                new Broken(Rule.SERVED, "targetPort: http", "targetPort: web"),
                new Broken(Rule.SERVED, "- port: http", "- port: web"),
                new Broken(Rule.SERVED, "selector:\n    app: shop\n  ports", "selector:\n    app: shops\n  ports"),
                new Broken(
                        Rule.SELECTS,
                        "podSelector:\n    matchLabels:\n      app: shop",
                        "podSelector:\n    matchLabels:\n      app: shops"),
                new Broken(
                        Rule.SELECTS,
                        "minAvailable: 2\n  selector:\n    matchLabels:\n      app: shop",
                        "minAvailable: 2\n  selector:\n    matchLabels:\n      app: shops"),
                new Broken(Rule.READABLE, "        fsGroup: 1000\n", ""),
                new Broken(Rule.READABLE, "defaultMode: 0440", "defaultMode: 0400"),
                new Broken(Rule.DRAINABLE, "minAvailable: 2", "minAvailable: 3"),
                new Broken(Rule.DRAINABLE, "minAvailable: 2", "minAvailable: 67%"),
                new Broken(Rule.DRAINABLE, "minAvailable: 2", "maxUnavailable: 0"),
                new Broken(Rule.HEADLESS, "  clusterIP: None\n", ""),
                new Broken(Rule.HEADLESS, "serviceName: store", "serviceName: stores"),
                new Broken(Rule.RESTRICTED, "drop: [ALL]", "drop: [KILL]"),
                new Broken(Rule.RESTRICTED, "allowPrivilegeEscalation: false", "privileged: false"),
                new Broken(Rule.RESTRICTED, "runAsNonRoot: true", "runAsNonRoot: false"),
                new Broken(Rule.RESTRICTED, "type: RuntimeDefault", "type: Unconfined"),
                new Broken(
                        Rule.RESTRICTED, "emptyDir:\n            sizeLimit: 1Gi", "hostPath:\n            path: /tmp"),
                new Broken(Rule.SERVICE_LINKS, "      enableServiceLinks: false\n", ""));
    }

    @Test
    void nothingIsSaidOfWhatIsRight() throws IOException {
        assertThat(ApiServer.problems(shop(), GIVEN)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("broken")
    void whatIsWrongIsFound(Broken broken) throws IOException {
        String shop = shop();
        assertThat(shop).contains(broken.good());
        int at = shop.indexOf(broken.good());

        String changed = shop.substring(0, at)
                + broken.bad()
                + shop.substring(at + broken.good().length());

        assertThat(ApiServer.problems(changed, GIVEN)).extracting(Problem::rule).contains(broken.rule());
    }

    /** What a server accepted although it looks like too much. */
    @Test
    void moreCompletionsThanRunAtOnceAreAccepted() throws IOException {
        String many = shop().replace("completions: 1000", "completions: 100001")
                .replace("maxFailedIndexes: 1000", "maxFailedIndexes: 5");

        assertThat(ApiServer.problems(many, GIVEN)).isEmpty();
    }

    @Test
    void thereIsSuchACaseForEachRule() {
        Stream<Rule> rules = broken().stream().map(Broken::rule);

        assertThat(rules.distinct()).containsExactlyInAnyOrder(Rule.values());
    }

    @Test
    void whatTheUserCreatesHasToBeSaid() throws IOException {
        assertThat(ApiServer.problems(shop(), Given.NOTHING))
                .singleElement()
                .hasToString("Deployment shop env[PASSWORD]: there is no Secret shop-password [REFERENCE: "
                        + Rule.REFERENCE.says() + "; " + Rule.REFERENCE.source() + "]");
    }

    @Test
    void aKeyThatIsThereTwiceIsRefused() {
        assertThatThrownBy(() -> ApiServer.objects("a: 1\na: 2"))
                .isInstanceOf(YAMLException.class)
                .hasMessageContaining("a");
        assertThatThrownBy(() -> ApiServer.objects("- a")).isInstanceOf(YAMLException.class);
    }

    @Test
    void quantitiesAreComparedByWhatTheyAmountTo() {
        assertThat(Stream.of("1", "1.5", ".5", "1.", "250m", "1Ki", "1k", "1e3", "1E", "-1")
                        .allMatch(text -> Forms.quantity(text).isPresent()))
                .isTrue();
        assertThat(Stream.of("", "1K", "1kb", "1 Gi", "Gi", "1e", "one")
                        .noneMatch(text -> Forms.quantity(text).isPresent()))
                .isTrue();
        assertThat(Forms.quantity("1Mi").orElseThrow()).isEqualByComparingTo("1048576");
        assertThat(Forms.quantity("1e3").orElseThrow()).isEqualByComparingTo("1k".replace("k", "000"));
        assertThat(Forms.quantity("500m").orElseThrow()).isEqualByComparingTo("0.5");
    }

    @Test
    void eachRuleSaysWhatAndFromWhere() {
        assertThat(Arrays.asList(Rule.values())).allSatisfy(rule -> {
            assertThat(rule.says()).isNotBlank();
            assertThat(rule.source()).isNotBlank();
        });
    }

    private static String shop() throws IOException {
        try (InputStream shop = ApiServerTest.class.getResourceAsStream("shop.yaml")) {
            return new String(shop.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
