package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.discovery.DeclaredJobs;
import io.elasticjob.boot.properties.KnownProperties;
import io.elasticjob.boot.properties.PropertyNames;
import io.elasticjob.codec.Json;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.annotation.AnnotationDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class PropertyNamesTest {

    private static final String ENVIRONMENT = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;

    /** What Kubernetes sets in each pod beside a Service of that name. */
    private static Map<String, String> serviceLinks(String service) {
        String prefix = service.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
        Map<String, String> links = new LinkedHashMap<>();
        links.put(prefix + "_SERVICE_HOST", "10.0.0.1");
        links.put(prefix + "_SERVICE_PORT", "8080");
        links.put(prefix + "_SERVICE_PORT_HTTP", "8080");
        links.put(prefix + "_PORT", "tcp://10.0.0.1:8080");
        links.put(prefix + "_PORT_8080_TCP", "tcp://10.0.0.1:8080");
        links.put(prefix + "_PORT_8080_TCP_PROTO", "tcp");
        links.put(prefix + "_PORT_8080_TCP_PORT", "8080");
        links.put(prefix + "_PORT_8080_TCP_ADDR", "10.0.0.1");
        return links;
    }

    @ElasticJob(name = "reports-nightly", every = "1h")
    static final class Reports implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @ElasticJob(name = "${name}")
    static final class Named implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ElasticJobAutoConfiguration.class, ElasticJobPropertyNamesAutoConfiguration.class))
            .withBean(Reports.class)
            .withPropertyValues("spring.application.name=shop", "elasticjob.auto-startup=false");

    @Test
    void everyDocumentedPropertyIsKnownAndOnlyThose() {
        KnownProperties known = ElasticJobPropertyNamesAutoConfiguration.known();
        List<String> documented = documented();

        assertThat(documented).hasSizeGreaterThan(40);
        for (String name : documented) {
            assertThat(known.names()).as(name).anyMatch(there -> there.equals(name) || there.startsWith(name + ".*"));
            boolean group = !known.names().contains(name) && !known.names().contains(name + ".**");
            assertThat(check(file(name, group ? "" : "x"))).as(name).isEmpty();
        }
        assertThat(known.names())
                .allMatch(there ->
                        documented.stream().anyMatch(name -> there.equals(name) || there.startsWith(name + ".*")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            elasticjob.registry.conect-string         | did you mean "elasticjob.registry.connect-string"?
            elasticjob.registry.connect.string        | did you mean "elasticjob.registry.connect-string"?
            elasticjob.regitsry.connect-string        | did you mean "elasticjob.registry.connect-string"?
            elasticjob.regsitry.embedded.enabled      | did you mean "elasticjob.registry.embedded.enabled"?
            elasticjob.registry.embedded.datadri      | did you mean "elasticjob.registry.embedded.data-dir"?
            elasticjob.name-space                     |
            elasticjob.instance.nmae                  | did you mean "elasticjob.instance.name"?
            elasticjob.alerts.on.overdu               | did you mean "elasticjob.alerts.on.overdue"?
            elasticjob.alerts.webhooks.ops.ulr        | did you mean "elasticjob.alerts.webhooks.ops.url"?
            elasticjob.alerts.jobs.orders.longer-then | did you mean "elasticjob.alerts.jobs.orders.longer-than"?
            elasticjob.history.retention.max-agee     | did you mean "elasticjob.history.retention.max-age"?
            elasticjob.history.jdbc.enable            | did you mean "elasticjob.history.jdbc.enabled"?
            elasticjob.reg-center.server-lists        | use "elasticjob.registry.connect-string"
            elasticjob.regCenter.serverLists          | use "elasticjob.registry.connect-string"
            elasticjob.reg-center.namespace           | use "elasticjob.namespace"
            ELASTICJOB_REGISTRY_CONNECT_STRING        | did you mean "elasticjob.registry.connect-string"?
            elasticjob.dump.port                      | The elasticjob endpoint of the actuator shows
            elasticjob.tracing.type                   | use "elasticjob.history.jdbc.enabled"
            elasticjob.tracing.retention.max-age      | use "elasticjob.history.retention.max-age"
            elasticjob.tracing.jdbc.enabled           | use "elasticjob.history.jdbc.enabled"
            elasticjob.gatway.enabled                 | did you mean "elasticjob.gateway.enabled"?
            elasticjob.slrum.pool                     | docs/reference/properties.md
            elasticjob.limts.db                       | did you mean "elasticjob.limits.db"?
            elasticjob.instance.lables.zone           | did you mean "elasticjob.instance.labels.zone"?
            elasticjob.execution.group.reports.slots  | did you mean "elasticjob.execution.groups.reports.slots"?
            elasticjob.console.grants[0].rol          | did you mean "elasticjob.console.grants[0].role"?
            elasticjob.console.grants[1].something-else-entirely | docs/reference/properties.md
            elasticjob.something.else.entirely        | docs/reference/properties.md
            """)
    void aNameThatThereIsNotIsRefusedWithTheWayOut(String name, String wayOut) {
        if (wayOut == null) { // in a file, Spring Boot takes dashes for nothing
            assertThat(check(file(name, "x"))).isEmpty();
            return;
        }
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> check(file(name, "user:hunter2")))
                .withMessageContaining(wayOut)
                .withMessageContaining("(12 characters, not shown)")
                .withMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "elasticjob.registry.connectString",
                "elasticjob.registry.connect_string",
                "elasticjob.instance.labels.zone",
                "elasticjob.instance.labels.a.b",
                "elasticjob.instance.labels[topology/zone]",
                "elasticjob.alerts.mail.to[0]",
                "elasticjob.alerts.webhooks.ops.url",
                "elasticjob.alerts.jobs[a.b].longerThan",
                "elasticjob.history.include-job-names[1]",
                "elasticjob.jobs.orders.whatever",
            })
    void aKnownNameIsKnownInEveryForm(String name) {
        assertThat(check(file(name, "x"))).isEmpty();
    }

    /** Spring Boot takes dashes in the name of a root for nothing. */
    @Test
    void theRootMayHaveADash() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> check(file("elastic-job.reg-center.server-lists", "zk1:2181")))
                .withMessageContaining("elasticjob.registry.connect-string");
    }

    @Test
    void anEmptyGroupSaysNothing() {
        assertThat(check(file("elasticjob.registry", ""))).isEmpty();
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> check(file("elasticjob.registry", "zk1:2181")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ELASTICJOB_REGISTRY_CONNECTSTRING",
                "ELASTICJOB_REGISTRY_CONNECT_STRING",
                "ELASTICJOB_MAXTIMEDIFF",
                "ELASTICJOB_MAX_TIME_DIFF",
                "ELASTICJOB_ALERTS_ON_FAILURES_IN_A_ROW",
                "ELASTICJOB_ALERTS_MAIL_TO_0_",
                "ELASTICJOB_ALERTS_WEBHOOKS_OPS_URL",
                "ELASTICJOB_INSTANCE_LABELS_ZONE",
                "ELASTICJOB_JOBS_REPORTS_NIGHTLY_EVERY",
            })
    void aVariableThatSpringBootBindsIsKnown(String variable) {
        assertThat(check(variables(Map.of(variable, "x")))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ELASTICJOB_REGISTRY_CONECT_STRING, elasticjob.registry.connect-string",
        "ELASTICJOB_REGISTRYCONNECTSTRING, elasticjob.registry.connect-string",
        "ELASTICJOB_REG_CENTER_SERVER_LISTS, elasticjob.registry.connect-string",
        "ELASTICJOB_REGCENTER_SERVERLISTS, elasticjob.registry.connect-string",
        "ELASTICJOB_NAMESPCE, elasticjob.namespace",
        "ELASTICJOB_LIMTS_DB, elasticjob.limits.db",
        "ELASTICJOB_INSTANCE_LABLES_ZONE, elasticjob.instance.labels.zone",
        "ELASTICJOB_SECRTS_TOKEN, elasticjob.secrets.token",
    })
    void aVariableThatMissesAKnownNameByLittleIsRefused(String variable, String meant) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> check(variables(Map.of(variable, "zk1:2181"))))
                .withMessageStartingWith(variable + ": \"(8 characters, not shown)\" is set")
                .withMessageContaining(meant);
    }

    @Test
    void aVariableOfAMapsNameWithDashesIsKnownWhereAFileHasThatName() {
        Map<String, String> variables = Map.of(
                "ELASTICJOB_ALERTS_WEBHOOKS_OPS_TEAM_URL", "https://hooks.example",
                "ELASTICJOB_ALERTS_JOBS_REPORTS_NIGHTLY_LONGER_THAN", "5m");
        StandardEnvironment environment = variables(variables);
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "application.yml",
                        Map.of(
                                "elasticjob.alerts.webhooks.ops-team.format", "slack",
                                "elasticjob.alerts.jobs.reports-nightly.enabled", "true")));

        assertThat(check(environment)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ELASTICJOB_ALERTS_JOBS_REPORTS_NIGHTLY_LONGER_THAN, ELASTICJOB_ALERTS_JOBS_REPORTSNIGHTLY_LONGERTHAN",
        "ELASTICJOB_ALERTS_JOBS_REPORTS_NIGHTLY_EU_ENABLED, ELASTICJOB_ALERTS_JOBS_REPORTSNIGHTLYEU_ENABLED",
        "ELASTICJOB_ALERTS_WEBHOOKS_OPS_TEAM_URL, ELASTICJOB_ALERTS_WEBHOOKS_OPSTEAM_URL",
    })
    void whereItIsNotTheOneToWriteIsTold(String variable, String meant) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> check(variables(Map.of(variable, "x"))))
                .withMessageContaining("write " + meant + ", since");
        assertThat(check(variables(Map.of(meant, "x")))).isEmpty();
    }

    @Test
    void aVariableOfAModuleNamesIt() {
        assertThat(check(variables(Map.of("ELASTICJOB_CONSOLE_ENABLED", "true"))))
                .singleElement()
                .asString()
                .contains("(elasticjob-console)");
        assertThat(check(variables(serviceLinks("elasticjob-console"))))
                .singleElement()
                .asString()
                .contains("enableServiceLinks");
    }

    @Test
    void aSystemPropertyIsTreatedLikeAVariable() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> check(systemProperty("elasticjob.regitsry.connect-string")));
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> check(systemProperty("elasticjob.reg-center.server-lists")));
        assertThat(check(systemProperty("elasticjob.tests.of.somebody"))).hasSize(1);
    }

    @Test
    void aCommandLineAndDefaultsAreWrittenForTheApplication() {
        StandardEnvironment line = empty();
        CommandLinePropertySource<?> arguments = new SimpleCommandLinePropertySource("--elasticjob.colour=blue");
        line.getPropertySources().addFirst(arguments);
        assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> check(line));

        StandardEnvironment defaults = empty();
        defaults.getPropertySources()
                .addLast(new MapPropertySource("defaultProperties", Map.of("elasticjob.colour", "blue")));
        assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> check(defaults));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "elasticjob",
                "elasticjob-registry",
                "elasticjob-jobs",
                "elasticjob-dump",
                "elasticjob-alerts",
                "elasticjob-instance",
                "elasticjob-zookeeper-client",
                "elasticjob-registry-embedded",
                "elasticjob-alerts-webhooks",
                "elasticjob-alerts-jobs",
                "elasticjob-instance-labels",
                "elasticjob-limits",
                "elasticjob-limits-db",
                "elasticjob-secrets",
                "elasticjob-execution",
                "elasticjob-execution-groups",
                "elasticjob-execution-groups-reports",
                "elasticjob-execution-starved-after",
                "elasticjob-jobs-reports-nightly-labels",
                "elasticjob-jobs-reports-nightly"
            })
    void aServiceOfKubernetesBreaksNoStart(String service) {
        Map<String, String> links = serviceLinks(service);

        runner.withConfiguration(AutoConfigurations.of(ElasticJobAlertAutoConfiguration.class))
                .withInitializer(context -> replaceVariables(context.getEnvironment(), links))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(ElasticJobProperties.class)
                                    .getInstance()
                                    .getLabels())
                            .isEmpty();
                    assertThat(context.getBean(ElasticJobProperties.class).getLimits())
                            .isEmpty();
                    assertThat(context.getBean(ElasticJobKindProperties.class).getSecrets())
                            .isEmpty();
                    assertThat(context.getBean(DeclaredJobs.class).definitions())
                            .extracting(JobDefinition::name)
                            .containsExactly("reports-nightly");
                });
    }

    @Test
    void theAddressOfAServiceIsNoValueOfThePropertyThatIsNamedLikeIt() {
        String variable = "ELASTICJOB_REGISTRY_EMBEDDED_PORT";
        assertThat(embeddedPort(variable, "tcp://10.0.0.1:22"))
                .isEqualTo(
                        new ElasticJobProperties().getRegistry().getEmbedded().getPort());
        assertThat(embeddedPort(
                        variable, "tcp://[fd00::1]:22", "elasticjob.registry.embedded.port=${my.port}", "my.port=4711"))
                .isEqualTo(4711);
        assertThat(embeddedPort(variable, "4712", "elasticjob.registry.embedded.port=4711"))
                .isEqualTo(4712);
        runner.withInitializer(context -> replaceVariables(context.getEnvironment(), Map.of(variable, "tcp:22")))
                .run(context -> assertThat(context).hasFailed());
    }

    private int embeddedPort(String variable, String value, String... properties) {
        AtomicInteger port = new AtomicInteger();
        runner.withInitializer(context -> {
                    context.getEnvironment()
                            .getPropertySources()
                            .addLast(new MapPropertySource(
                                    "application.yml",
                                    Arrays.stream(properties)
                                            .map(each -> each.split("=", 2))
                                            .collect(Collectors.toMap(each -> each[0], each -> each[1]))));
                    replaceVariables(context.getEnvironment(), Map.of(variable, value));
                })
                .run(context -> port.set(context.getBean(ElasticJobProperties.class)
                        .getRegistry()
                        .getEmbedded()
                        .getPort()));
        return port.get();
    }

    /** Whatever property has the name: a limit by the name of service.port would hold for whole clusters. */
    @ParameterizedTest
    @ValueSource(strings = {"elasticjob-limits", "elasticjob-registry-embedded", "elasticjob-secrets"})
    void variablesOfAServiceAreToldAlsoWhereAPropertyHasTheirName(String service) {
        Map<String, String> links = serviceLinks(service);
        assertThat(check(variables(links)))
                .singleElement()
                .asString()
                .contains(links.keySet())
                .contains("enableServiceLinks: false");
    }

    @Test
    void aLimitThatIsNamedLikeAVariableOfAServiceIsOneWhereThereIsNoService() {
        Map<String, String> own = Map.of("ELASTICJOB_LIMITS_SERVICE_PORT", "8", "ELASTICJOB_LIMITS_PORT", "9");
        assertThat(check(variables(own))).isEmpty();
        runner.withInitializer(context -> replaceVariables(context.getEnvironment(), own))
                .run(context -> assertThat(
                                context.getBean(ElasticJobProperties.class).getLimits())
                        .isEqualTo(Map.of("service.port", 8, "port", 9)));
    }

    @Test
    void whatIsAroundTheApplicationIsOneWarning() {
        assertThat(check(variables(serviceLinks("elasticjob"))))
                .singleElement()
                .asString()
                .contains("ELASTICJOB_SERVICE_HOST", "ELASTICJOB_PORT_8080_TCP_ADDR", "enableServiceLinks: false");
    }

    @Test
    void propertiesOfAModuleThatIsNotThereNameIt() {
        assertThat(check(file("elasticjob.console.enabled", "true")))
                .singleElement()
                .asString()
                .contains("elasticjob.console.enabled (elasticjob-console)");
    }

    /** The class is made here: of one in the sources, the metadata of tests would hide that of the starter. */
    @Test
    void aClassOfPropertiesMakesItsNamesKnown() {
        Class<?> own = new ByteBuddy()
                .subclass(Object.class)
                .annotateType(AnnotationDescription.Builder.ofType(ConfigurationProperties.class)
                        .define("prefix", "elasticjob.own")
                        .build())
                .make()
                .load(getClass().getClassLoader())
                .getLoaded();

        runner.withPropertyValues("elasticjob.own.anything=x")
                .run(context -> assertThat(context).hasFailed());
        runner.withBean(own)
                .withPropertyValues("elasticjob.own.anything=x")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void severalAreToldAtOnceAndNothingIsStarted() {
        runner.withPropertyValues("elasticjob.reg-center.server-lists=zk1:2181", "elasticjob.dump.enabled=true")
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining("elasticjob.reg-center.server-lists")
                        .hasMessageContaining("elasticjob.dump.enabled"));
    }

    /** A condition would take each of them for false, and no job would run, without a word. */
    @ParameterizedTest
    @CsvSource({
        "elasticjob.enabled, yes",
        "elasticjob.enabled, on",
        "elasticjob.enabled, 1",
        "elasticjob.enabled, ''",
        "elasticjob.enabled, ' true'",
        "elasticjob.history.enabled, no",
        "elasticjob.execution.logs.enabled, perhaps",
        "elasticjob.scheduled.take-over, yes",
    })
    void aSwitchThatIsNeitherTrueNorFalseIsRefused(String name, String value) {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("application.yml", Map.of(name, value))))
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageStartingWith(name + ": \"")
                        .hasMessageEndingWith("must be true or false"));
    }

    @Test
    void whereElasticJobIsOffNothingIsLookedAt() {
        runner.withPropertyValues("elasticjob.enabled=false", "elasticjob.colour=blue")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource({
        "ELASTICJOB_JOBS_REPORTS_NIGHTLY_EVERY, 30s, every",
        "ELASTICJOB_JOBS_REPORTSNIGHTLY_EVERY, 30s, every",
        "ELASTICJOB_JOBS_REPORTS_NIGHTLY_MISFIRE_THRESHOLD, 2m, misfireThreshold",
        "ELASTICJOB_JOBS_REPORTS_NIGHTLY_MISFIRETHRESHOLD, 2m, misfireThreshold",
        "ELASTICJOB_JOBS_REPORTS_NIGHTLY_JOB_PARAMETER, 'a,b', jobParameter",
    })
    void aVariableSetsAKeyOfAJobWhoseNameHasDashes(String variable, String value, JobKey key) {
        runner.withInitializer(context -> replaceVariables(context.getEnvironment(), Map.of(variable, value)))
                .run(context -> assertThat(context.getBean(DeclaredJobs.class)
                                .definitions()
                                .get(0)
                                .setting(key)
                                .orElseThrow()
                                .value())
                        .isEqualTo(value));
    }

    @ParameterizedTest
    @CsvSource({
        "settleInvoices, ELASTICJOB_JOBS_SETTLEINVOICES_EVERY",
        "settleInvoices, ELASTICJOB_JOBS_SETTLE_INVOICES_EVERY",
        "report-2024, ELASTICJOB_JOBS_REPORT_2024_EVERY",
        "report-2024-eu, ELASTICJOB_JOBS_REPORT_2024_EU_EVERY",
        "2024, ELASTICJOB_JOBS_2024_EVERY",
        "com.acme.Orders, ELASTICJOB_JOBS_COM_ACME_ORDERS_EVERY",
        "night_copy, ELASTICJOB_JOBS_NIGHT_COPY_EVERY",
        "night.copy-2, ELASTICJOB_JOBS_NIGHT_COPY_2_EVERY",
    })
    void aVariableMeansAJobOfWhateverName(String name, String variable) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ElasticJobAutoConfiguration.class,
                        ElasticJobPropertyNamesAutoConfiguration.class,
                        PropertyPlaceholderAutoConfiguration.class))
                .withBean(Named.class)
                .withPropertyValues("spring.application.name=shop", "elasticjob.auto-startup=false", "name=" + name)
                .withInitializer(context -> replaceVariables(context.getEnvironment(), Map.of(variable, "30s")))
                .run(context -> assertThat(context.getBean(DeclaredJobs.class)
                                .definitions()
                                .get(0)
                                .setting(JobKey.EVERY)
                                .orElseThrow()
                                .value())
                        .isEqualTo("30s"));
    }

    @Test
    void aVariableWinsOverAFile() {
        runner.withInitializer(context -> {
                    replaceVariables(context.getEnvironment(), Map.of("ELASTICJOB_JOBS_REPORTS_NIGHTLY_EVERY", "30s"));
                    context.getEnvironment()
                            .getPropertySources()
                            .addLast(new MapPropertySource(
                                    "application.yml", Map.of("elasticjob.jobs.reports-nightly.every", "20s")));
                })
                .run(context -> assertThat(context.getBean(DeclaredJobs.class)
                                .definitions()
                                .get(0)
                                .setting(JobKey.EVERY)
                                .orElseThrow()
                                .value())
                        .isEqualTo("30s"));
    }

    @Test
    void settingsOfAnAbsentJobAreWarnedOfWhereThatIsAllowed() {
        runner.withPropertyValues("elasticjob.jobs.absent.every=5s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("elasticjob.unknown-jobs=warn"));
        runner.withPropertyValues("elasticjob.jobs.absent.every=5s", "elasticjob.unknown-jobs=warn")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            elasticjob.max-time-diff=2h                              | elasticjob.max-time-diff: "2h" must be at least 1s and at most 1h
            elasticjob.max-time-diff=PT-9223372036854775808S         | elasticjob.max-time-diff
            elasticjob.registry.session-timeout=PT9223372036854775807S | elasticjob.registry.session-timeout
            elasticjob.registry.session-timeout=0                    | elasticjob.registry.session-timeout: "0s" must be at least 1ms
            elasticjob.registry.connection-timeout=2d                | elasticjob.registry.connection-timeout: "2d"
            elasticjob.registry.embedded.port=65536                  | elasticjob.registry.embedded.port: "65536" must be at least 0 and at most 65535
            elasticjob.registry.embedded.port=-1                     | elasticjob.registry.embedded.port: "-1"
            elasticjob.health.down-after=-1s                         | elasticjob.health.down-after: "-1s"
            elasticjob.health.down-after=PT9223372036854775807S      | elasticjob.health.down-after
            elasticjob.leftovers.forget-jobs-after=59m               | elasticjob.leftovers.forget-jobs-after: "59m" must be at least 1h
            elasticjob.leftovers.forget-jobs-after=40000d            | elasticjob.leftovers.forget-jobs-after
            """)
    void aNumberOrDurationOutOfItsBoundsIsRefused(String property, String message) {
        runner.withPropertyValues(property)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageStartingWith(message));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            elasticjob.limits.db=many                        | elasticjob.limits.db: "many" must be a whole number
            elasticjob.limits=5                              | elasticjob.limits: "5" must have names below it: write elasticjob.limits.<name>=<value>
            elasticjob.instance.labels=zone eu               | elasticjob.instance.labels: "zone eu" must have names below it
            elasticjob.limits.db=2.5                         | elasticjob.limits.db: "2.5" must be a whole number
            elasticjob.limits.db=99999999999                 | elasticjob.limits.db: "99999999999" must be a whole number of at most 2147483647
            elasticjob.limits[db/eu]=tcp://10.0.0.1:80       | elasticjob.limits[db/eu]: "tcp://10.0.0.1:80" must be a whole number
            elasticjob.limits.db=${many}                     | elasticjob.limits.db: "some" must be a whole number
            elasticjob.execution.slots=all                   | elasticjob.execution.slots: "all" must be a whole number
            elasticjob.execution.groups.reports.slots=a few  | elasticjob.execution.groups.reports.slots: "a few" must be a whole number
            elasticjob.registry.embedded.port=http           | elasticjob.registry.embedded.port: "http" must be a whole number
            elasticjob.registry.embedded.enabled=perhaps     | elasticjob.registry.embedded.enabled: "perhaps" must be true or false
            elasticjob.execution.starved-after=3             | elasticjob.execution.starved-after: "3" has no unit: write 3s for seconds, or 3ms
            elasticjob.execution.starved-after=-3            | elasticjob.execution.starved-after: "-3" has no unit
            elasticjob.execution.starved-after=${three}      | elasticjob.execution.starved-after: "3" has no unit
            elasticjob.execution.starved-after=soon          | elasticjob.execution.starved-after: "soon" is not a duration: write a number and a unit
            elasticjob.max-time-diff=10000                   | elasticjob.max-time-diff: "10000" has no unit
            elasticjob.registry.session-timeout=15000        | elasticjob.registry.session-timeout: "15000" has no unit
            elasticjob.registry.connection-timeout=5000      | elasticjob.registry.connection-timeout: "5000" has no unit
            elasticjob.health.down-after=60                  | elasticjob.health.down-after: "60" has no unit
            elasticjob.leftovers.forget-jobs-after=7         | elasticjob.leftovers.forget-jobs-after: "7" has no unit
            elasticjob.alerts.interval=10                    | elasticjob.alerts.interval: "10" has no unit
            elasticjob.alerts.jobs.orders.longer-than=5      | elasticjob.alerts.jobs.orders.longer-than: "5" has no unit
            elasticjob.http.targets.shop.timeout=30          | elasticjob.http.targets.shop.timeout: "30" has no unit
            elasticjob.scripts.copy.kill-after=10            | elasticjob.scripts.copy.kill-after: "10" has no unit
            """)
    void aValueThatCannotBeReadIsRefusedWithTheRule(String property, String message) {
        withEverything(property)
                .withPropertyValues("many=some", "three=3")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageStartingWith(message));
    }

    @Test
    void aNumberOfAYamlFileIsADurationWithoutAUnitToo() {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("application.yml", Map.of("elasticjob.health.down-after", 60))))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith("elasticjob.health.down-after: \"60\" has no unit"));
    }

    /** All that are bound as durations, also those that are added one day. */
    @Test
    void eachDurationNeedsAUnitAndIsWrittenAsThoseOfJobs() {
        List<String> durations = documented(property -> "java.time.Duration".equals(property.get("type")));
        assertThat(durations).hasSizeGreaterThan(8);
        for (String duration : durations) {
            withEverything(duration + "=30")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .as(duration)
                            .hasMessageStartingWith(duration + ": \"30\" has no unit"));
        }
        runner.withPropertyValues("elasticjob.health.down-after=1h30m")
                .run(context -> assertThat(context.getBean(ElasticJobProperties.class)
                                .getHealth()
                                .getDownAfter())
                        .isEqualTo(java.time.Duration.ofMinutes(90)));
    }

    /** With a class for each group of properties. */
    private ApplicationContextRunner withEverything(String property) {
        return runner.withConfiguration(AutoConfigurations.of(
                        ElasticJobAlertAutoConfiguration.class, ElasticJobHistoryAutoConfiguration.class))
                .withPropertyValues(property);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "elasticjob.leftovers.forget-jobs-after=0",
                "elasticjob.leftovers.forget-jobs-after=36500d",
                "elasticjob.max-time-diff=1s",
                "elasticjob.max-time-diff=1h",
                "elasticjob.registry.session-timeout=1ms",
                "elasticjob.registry.connection-timeout=1h",
                "elasticjob.registry.embedded.port=65535",
                "elasticjob.health.down-after=0",
            })
    void aNumberOrDurationAtItsBoundIsTaken(String property) {
        runner.withPropertyValues(property, "elasticjob.jobs.reports-nightly.misfire-threshold=1d")
                .run(context -> assertThat(context).hasNotFailed());
    }

    // ---- How it is set --------------------------------------------------------------------------------------------

    private static List<String> check(ConfigurableEnvironment environment) {
        return PropertyNames.check(environment, ElasticJobPropertyNamesAutoConfiguration.known(), List::of);
    }

    private static StandardEnvironment empty() {
        StandardEnvironment environment = new StandardEnvironment();
        List.copyOf(environment.getPropertySources().stream().toList())
                .forEach(source -> environment.getPropertySources().remove(source.getName()));
        return environment;
    }

    private static StandardEnvironment file(String name, String value) {
        StandardEnvironment environment = empty();
        environment.getPropertySources().addFirst(new MapPropertySource("application.yml", Map.of(name, value)));
        return environment;
    }

    private static StandardEnvironment systemProperty(String name) {
        StandardEnvironment environment = empty();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME, Map.of(name, "x")));
        return environment;
    }

    private static StandardEnvironment variables(Map<String, String> variables) {
        StandardEnvironment environment = empty();
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(ENVIRONMENT, new LinkedHashMap<>(variables)));
        return environment;
    }

    private static void replaceVariables(ConfigurableEnvironment environment, Map<String, String> variables) {
        environment
                .getPropertySources()
                .replace(ENVIRONMENT, new SystemEnvironmentPropertySource(ENVIRONMENT, new LinkedHashMap<>(variables)));
    }

    private static List<String> documented() {
        return documented(property -> true);
    }

    private static List<String> documented(Predicate<Map<?, ?>> which) {
        List<String> names = new ArrayList<>();
        try {
            for (URL url : Collections.list(PropertyNamesTest.class
                    .getClassLoader()
                    .getResources("META-INF/spring-configuration-metadata.json"))) {
                byte[] bytes = url.openStream().readAllBytes();
                if (new String(bytes, StandardCharsets.UTF_8).contains("\"elasticjob.enabled\"")) {
                    for (Object each : (List<?>) Json.read(bytes).get("properties")) {
                        Map<?, ?> property = (Map<?, ?>) each;
                        String name = String.valueOf(property.get("name"));
                        if (name.startsWith("elasticjob.")
                                && !property.containsKey("deprecation")
                                && which.test(property)) {
                            names.add(name);
                        }
                    }
                }
            }
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
        return names;
    }
}
