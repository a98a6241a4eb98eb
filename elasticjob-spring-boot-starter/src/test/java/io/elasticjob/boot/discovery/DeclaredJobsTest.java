package io.elasticjob.boot.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.Setting.Source;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ProbeKind;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeclaredJobsTest {

    private static final DeclaredJobs.Surroundings SURROUNDINGS =
            new DeclaredJobs.Surroundings(Set.of("average", "sticky"), Duration.ofSeconds(15), List.of());

    @Test
    void propertiesWinOverTheAnnotationKeyByKey() {
        JobDefinition job = only(declared(
                annotated("orders", "cron", "0 0 3 * * ?", "zone", "UTC", "jobParameter", "code"),
                Map.of("job-parameter", "yaml", "sharding-total-count", 3)));

        assertThat(job.setting(JobKey.CRON)).contains(new Setting("0 0 3 * * ?", Source.CODE));
        assertThat(job.setting(JobKey.JOB_PARAMETER)).contains(new Setting("yaml", Source.PROPERTIES));
        assertThat(job.shardingTotalCount()).isEqualTo(3);
        assertThat(job.setting(JobKey.FAILOVER)).contains(new Setting("false", Source.DEFAULT));
    }

    @Test
    void aRateInPropertiesReplacesTheCronOfTheAnnotation() {
        JobDefinition job = only(declared(annotated("orders", "cron", "0 0 3 * * ?"), Map.of("every", "30s")));

        assertThat(job.settings()).doesNotContainKey(JobKey.CRON).containsKey(JobKey.EVERY);
    }

    @Test
    void propertiesConfineTheScheduleOfTheAnnotation() {
        JobDefinition job = only(declared(
                annotated("orders", "every", "10m", "zone", "UTC", "between", "08:00-18:00"),
                Map.of("between", "09:00-17:00", "excluded-days", "SAT,SUN", "valid-from", "2027-01-01T00:00:00Z")));

        assertThat(job.schedule())
                .hasToString("every 10m, between 09:00-17:00 except SAT,SUN in UTC from 2027-01-01T00:00:00Z");
    }

    @Test
    void annotationAndPropertiesAreCheckedTogetherOnly() {
        JobDefinition job = only(declared(
                annotated("orders", "shardingItemParameters", "0=Beijing,1=Shanghai"),
                Map.of("sharding-total-count", "2")));

        assertThat(job.shardingParameter(1)).isEqualTo("Shanghai");
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-sync", "ordersync", "OrderSync", "order.sync", "ORDERSYNC"})
    void anEntryMatchesAJobWithoutCaseDashesAndDots(String entry) {
        JobDefinition job = only(
                DeclaredJobs.of(List.of(annotated("orderSync")), Map.of(entry, Map.of("every", "5s")), SURROUNDINGS));

        assertThat(job.name()).isEqualTo("orderSync");
        assertThat(job.setting(JobKey.EVERY)).isPresent();
    }

    @Test
    void keysMatchInEveryFormThatAPropertySourceLeavesThemIn() {
        JobDefinition job = only(declared(
                annotated("orders"),
                Map.of("shardingTotalCount", "2", "JOB-PARAMETER", "x", "sharding", Map.of("strategy", "sticky"))));

        assertThat(job.shardingTotalCount()).isEqualTo(2);
        assertThat(job.jobParameter()).isEqualTo("x");
        assertThat(job.shardingStrategy()).isEqualTo("sticky");
    }

    @Test
    void theFirstOfTwoSpellingsCounts() {
        Map<String, Map<String, ?>> entries = new LinkedHashMap<>();
        entries.put("ordersync", Map.of("every", "1s"));
        entries.put("order-sync", Map.of("every", "2s", "job-parameter", "x"));

        JobDefinition job = only(DeclaredJobs.of(List.of(annotated("orderSync")), entries, SURROUNDINGS));

        assertThat(job.setting(JobKey.EVERY).orElseThrow().value()).isEqualTo("1s");
        assertThat(job.jobParameter()).isEqualTo("x");
    }

    @Test
    void anEntryWithAHandlerIsAFurtherJob() {
        Map<String, Object> backfill = Map.of("handler", "orders", "job-parameter", "2019");

        DeclaredJobs jobs =
                DeclaredJobs.of(List.of(annotated("orders")), Map.of("orders-backfill", backfill), SURROUNDINGS);

        assertThat(jobs.definitions())
                .extracting(JobDefinition::name, JobDefinition::handler, JobDefinition::jobParameter)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("orders", "orders", ""),
                        org.assertj.core.groups.Tuple.tuple("orders-backfill", "orders", "2019"));
        assertThat(jobs.handlers()).containsOnlyKeys("orders");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "cron                     | 0 0 25 * * ?   | elasticjob.jobs.orders.cron: \"0 0 25 * * ?\"",
                "every                    | soon           | elasticjob.jobs.orders.every: \"soon\"",
                "every                    | -5s            | elasticjob.jobs.orders.every: \"-5s\"",
                "zone                     | Mars/Olympus   | elasticjob.jobs.orders.zone: \"Mars/Olympus\" is not a time zone",
                "sharding-total-count     | 0              | \"0\" must be a whole number from 1",
                "sharding-total-count     | -1             | \"-1\" must be a whole number from 1",
                "sharding-item-parameters | 7=x            | names shard 7, which does not exist",
                "sharding-item-parameters | 0=x,0=y        | names shard 0 twice",
                "sharding-strategy        | stiky          | did you mean \"sticky\"?",
                "misfire                  | MAYBE          | must be one of FIRE_ONCE, SKIP, RUN_ALL",
                "misfire-threshold        | 15s            | must be at least 20s",
                "failover                 | perhaps        | must be true or false",
                "handler                  | odrers         | did you mean \"orders\"?",
                "crom                     | 0 0 3 * * ?    | elasticjob.jobs.orders.crom: \"0 0 3 * * ?\" is set for a key that a job does not have; did you mean \"cron\"?",
            })
    void whatCanNotBeUsedIsRefusedWithKeyValueAndRule(String key, String value, String message) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() ->
                        declared(annotated("orders", "cron", "0 0 3 * * ?"), new LinkedHashMap<>(Map.of(key, value))))
                .withMessageContaining("elasticjob.jobs.orders." + key)
                .withMessageContaining(message);
    }

    @Test
    void keysThatAKindOfHandlersBringsAreSetInEveryForm() {
        JobDefinition job = only(declared(
                annotated("orders", "probeTimeout", "10s"),
                Map.of("probe", Map.of("timeout", "20s", "variables", Map.of("tier", 1)))));

        assertThat(job.setting(ProbeKind.TIMEOUT)).contains(new Setting("20s", Source.PROPERTIES));
        assertThat(job.setting(ProbeKind.VARIABLES)).contains(new Setting("tier=1", Source.PROPERTIES));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "probe-timeout | soon | elasticjob.jobs.orders.probe-timeout: \"soon\" is not a duration",
                "probe-timeout | 2h   | elasticjob.jobs.orders.probe-timeout: \"2h\" must be at most 1h",
                "probe-timeout | 20   | elasticjob.jobs.orders.probe-timeout: \"20\" has no unit",
                "probe-timeot  | 20s  | did you mean \"probe-timeout\"?",
                "probe-tokn    | s3c  | (3 characters, not shown)",
            })
    void keysThatAKindOfHandlersBringsAreRefusedAsWell(String key, String value, String message) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> declared(annotated("orders"), Map.of(key, value)))
                .withMessageStartingWith("elasticjob.jobs.orders." + key)
                .withMessageContaining(message);
    }

    @Test
    void whatIsWrongInTheSettingsOfTheAnnotationIsToldOfThem() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> declared(annotated("orders", "probeTimeout", "0s"), Map.of()))
                .withMessageStartingWith(
                        "@ElasticJob(settings: probeTimeout) on bean \"orders\": \"0s\" must be longer");
    }

    @Test
    void whatTheAnnotationSaysWrongIsToldOfTheAnnotation() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> declared(annotated("orders", "shardingTotalCount", "0"), Map.of()))
                .withMessageStartingWith("@ElasticJob(shardingTotalCount) on bean \"orders\": \"0\" must be");
    }

    @Test
    void anEntryThatMatchesNoJobIsRefusedWithTheNearest() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> DeclaredJobs.of(
                        List.of(annotated("orders"), annotated("stock")),
                        Map.of("odrers", Map.of("every", "1s")),
                        SURROUNDINGS))
                .withMessage("elasticjob.jobs: \"odrers\" matches no job of this application and names no handler;"
                        + " did you mean \"orders\"? If its bean is not there in each environment, set"
                        + " elasticjob.unknown-jobs=warn");
    }

    @Test
    void aNameOfSeveralPartsIsRecognised() {
        JobDefinition dotted = only(DeclaredJobs.of(
                List.of(annotated("com.acme.orders")),
                Map.of("com", Map.of("acme", Map.of("orders", Map.of("cron", "-")))),
                SURROUNDINGS));
        assertThat(dotted.setting(JobKey.CRON)).contains(new Setting("-", Source.PROPERTIES));

        JobDefinition dashed = only(DeclaredJobs.of(
                List.of(annotated("reports-nightly2-eu")),
                Map.of(
                        "reports",
                        Map.of(
                                "nightly2",
                                Map.of(
                                        "eu",
                                        Map.of(
                                                "every",
                                                "30s",
                                                "sharding",
                                                Map.of(
                                                        "total",
                                                        Map.of("count", "2"),
                                                        "item",
                                                        Map.of("parameters", Map.of("1", "a,b")))),
                                        "EU",
                                        Map.of("labels", Map.of("disk", "ssd"))))),
                SURROUNDINGS));
        assertThat(dashed.schedule()).isEqualTo(Schedule.every(Duration.ofSeconds(30)));
        assertThat(dashed.shardingParameter(1)).isEqualTo("a,b");
        assertThat(dashed.placement().labels()).hasToString("disk=ssd");
    }

    @Test
    void theShorterOfTwoNamesIsNotTakenForTheLonger() {
        DeclaredJobs jobs = DeclaredJobs.of(
                List.of(annotated("reports"), annotated("reports-nightly"), annotated("reportsNightlyEu")),
                Map.of("reports", Map.of("every", "1s", "nightly", Map.of("every", "2s", "eu", Map.of("every", "3s")))),
                SURROUNDINGS);

        assertThat(jobs.definitions())
                .extracting(job -> job.setting(JobKey.EVERY).orElseThrow().value())
                .containsExactly("1s", "2s", "3s");
    }

    @Test
    void aNameThatCouldMeanTwoJobsIsRefusedUnlessItIsOneOfThem() {
        List<AnnotatedJob> alike = List.of(annotated("reports-nightly"), annotated("reportsNightly"));

        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> DeclaredJobs.of(
                        alike, Map.of("reports", Map.of("nightly", Map.of("every", "1s"))), SURROUNDINGS))
                .withMessageContaining("could mean each of the jobs reports-nightly, reportsNightly")
                .withMessageContaining("SPRING_APPLICATION_JSON");
        assertThat(DeclaredJobs.of(alike, Map.of("reportsNightly", Map.of("every", "1s")), SURROUNDINGS)
                        .definitions()
                        .get(1)
                        .settings())
                .containsKey(JobKey.EVERY);
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> DeclaredJobs.of(
                        List.of(annotated("orders"), annotated("orders-labels")),
                        Map.of("orders", Map.of("labels", Map.of("zone", "UTC"))),
                        SURROUNDINGS))
                .withMessageContaining("could mean labels of the job orders as well as zone of the job orders-labels");
    }

    @Test
    void aSettingOfADeclaredJobMayComeInParts() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("night", Map.of("copy", Map.of("every", "5s")));
        properties.put("night-copy", Map.of("handler", "orders", "every", "1s"));

        DeclaredJobs jobs = DeclaredJobs.of(List.of(annotated("orders")), properties, SURROUNDINGS);

        assertThat(jobs.definitions().get(1).name()).isEqualTo("night-copy");
        assertThat(jobs.definitions().get(1).setting(JobKey.EVERY).orElseThrow().value())
                .as("what wins comes first")
                .isEqualTo("5s");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> DeclaredJobs.of(
                        List.of(annotated("orders")),
                        Map.of("night", Map.of("copy", Map.of("handler", "orders"))),
                        SURROUNDINGS))
                .withMessageContaining(
                        "is declared in a file, or in SPRING_APPLICATION_JSON: elasticjob.jobs.night-copy");
    }

    @Test
    void whereBeansDependOnTheEnvironmentUnknownJobsAreNoError() {
        DeclaredJobs.Surroundings lenient = new DeclaredJobs.Surroundings(
                SURROUNDINGS.strategies(),
                SURROUNDINGS.sessionTimeout(),
                List.of(),
                UnknownJobs.WARN,
                property -> false);

        DeclaredJobs jobs = DeclaredJobs.of(
                List.of(annotated("orders")),
                Map.of(
                        "absent", Map.of("every", "1s"),
                        "copy", Map.of("handler", "absentToo", "every", "1s"),
                        "orders", Map.of("every", "2s")),
                lenient);

        assertThat(jobs.definitions()).extracting(JobDefinition::name).containsExactly("orders");
        assertThatExceptionOfType(InvalidSettingException.class)
                .as("a misspelt key is one")
                .isThrownBy(() ->
                        DeclaredJobs.of(List.of(annotated("orders")), Map.of("orders", Map.of("evry", "2s")), lenient));
    }

    @Test
    void whatOnlyTheEnvironmentSetsIsRefusedWhereItIsNearAKnownNameOnly() {
        DeclaredJobs.Surroundings around = new DeclaredJobs.Surroundings(
                SURROUNDINGS.strategies(),
                SURROUNDINGS.sessionTimeout(),
                List.of(),
                UnknownJobs.FAIL,
                property -> true);
        List<AnnotatedJob> orders = List.of(annotated("orders"));

        assertThat(DeclaredJobs.of(
                                orders,
                                Map.of(
                                        "service",
                                        Map.of("host", "10.0.0.1", "port", Map.of("http", "80")),
                                        "port",
                                        "tcp://10.0.0.1:80",
                                        "orders",
                                        Map.of("service", Map.of("host", "10.0.0.1"), "port", "tcp://10.0.0.1:80")),
                                around)
                        .definitions())
                .hasSize(1);
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> DeclaredJobs.of(orders, Map.of("odrers", Map.of("every", "1s")), around))
                .withMessageContaining("did you mean \"orders\"?");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> DeclaredJobs.of(orders, Map.of("orders", Map.of("evry", "1s")), around))
                .withMessageContaining("did you mean \"every\"?");
    }

    @Test
    void aJobThatIsATextIsRefused() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() ->
                        DeclaredJobs.of(List.of(annotated("orders")), Map.of("orders", "0 0 3 * * ?"), SURROUNDINGS))
                .withMessageContaining("write a key below it, such as elasticjob.jobs.orders.cron");
    }

    @Test
    void keysOfApacheElasticJobAreToldTheirNewNames() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> declared(annotated("orders"), Map.of("time-zone", "GMT+08:00")))
                .withMessageContaining("use \"elasticjob.jobs.*.zone\"");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> declared(annotated("orders"), Map.of("jobShardingStrategyType", "AVG_ALLOCATION")))
                .withMessageContaining("use \"elasticjob.jobs.*.sharding-strategy\"");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> declared(annotated("orders"), Map.of("props", Map.of("script.command", "hunter2"))))
                .withMessageContaining("Give the bean that runs the job configuration properties of its own")
                .withMessageNotContaining("hunter2");
    }

    @Test
    void aScheduleThatIsOverAndDaysInFiguresAreTold() {
        Instant now = Instant.parse("2026-11-28T12:00:00Z");
        DeclaredJobs jobs = DeclaredJobs.of(
                List.of(
                        annotated("past", "cron", "0 0 3 1 1 ? 2020", "zone", "UTC"),
                        annotated("once", "at", "2020-01-01T00:00:00Z"),
                        annotated("off", "at", "2020-01-01T00:00:00Z", "enabled", "false"),
                        annotated("weekdays", "cron", "0 0 3 ? * 2-6", "zone", "UTC"),
                        annotated("named", "cron", "0 0 3 ? * MON-FRI", "zone", "UTC"),
                        annotated("triggered")),
                Map.of(),
                SURROUNDINGS);

        assertThat(jobs.warnings(now)).hasSize(2).allMatch(text -> text.contains("without any time to come"));
        assertThat(jobs.warnings(now).get(0)).startsWith("past has");
        assertThat(jobs.remarks())
                .singleElement()
                .asString()
                .startsWith("weekdays runs by")
                .contains("MON-FRI: 1 is Sunday");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cron", "every", "at", "zone"})
    void aScheduleThatSaysNothingIsRefusedAndTakesNoneAway(String key) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> declared(annotated("orders", "cron", "0 0 3 * * ?"), Map.of(key, "")))
                .withMessageStartingWith("elasticjob.jobs.orders." + key);
    }

    @Test
    void twoJobsOfOneNameAreRefused() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() ->
                        DeclaredJobs.of(List.of(annotated("orders"), annotated("orders")), Map.of(), SURROUNDINGS))
                .withMessageContaining("\"orders\" is the name of another job as well, on bean \"orders\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "a/b", "..", "a@b"})
    void aNameThatCanNotStandInAPathIsRefused(String name) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> DeclaredJobs.of(List.of(annotated(name)), Map.of(), SURROUNDINGS))
                .withMessageContaining("@ElasticJob(name) on bean \"" + name + "\": \"" + name + "\"");
    }

    @Test
    void aHandlerThatIsNotToldItsShardRunsOneShardOnly() {
        AnnotatedJob blind = new AnnotatedJob("orders", "method work()", Map.of(), context -> {}, false);

        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> declared(blind, Map.of("sharding-total-count", "2")))
                .withMessage("elasticjob.jobs.orders.sharding-total-count: \"2\" needs a handler that knows its shard:"
                        + " add a ShardingContext argument to the method work()");
    }

    @Test
    void aBeanThatDeclaresNoJobIsAHandlerThatJobsCanName() {
        SimpleJob tidyUp = context -> {};

        DeclaredJobs jobs = DeclaredJobs.of(
                List.of(annotated("orders")),
                Map.of("nightly", Map.of("handler", "tidyUp", "cron", "0 0 3 * * ?", "sharding-total-count", "2")),
                offering("tidyUp", tidyUp));

        assertThat(jobs.handlers()).containsOnlyKeys("orders", "tidyUp").containsEntry("tidyUp", tidyUp);
        assertThat(jobs.definitions()).extracting(JobDefinition::handler).containsExactly("orders", "tidyUp");
    }

    @Test
    void aHandlerAloneIsSomethingToRun() {
        assertThat(DeclaredJobs.of(List.of(), Map.of(), offering("tidyUp", context -> {}))
                        .isEmpty())
                .isFalse();
        assertThat(DeclaredJobs.of(List.of(), Map.of(), SURROUNDINGS).isEmpty()).isTrue();
    }

    @Test
    void aBeanWithTheNameOfSomebodyElsesJobIsRefused() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> DeclaredJobs.of(
                        List.of(new AnnotatedJob("orders", "bean \"sync\"", Map.of(), context -> {}, true)),
                        Map.of(),
                        offering("orders", context -> {})))
                .withMessage("name of the bean \"orders\": \"orders\" is the name of a job as well, on bean \"sync\":"
                        + " a job that names it as its handler could mean either, so rename one of them");
    }

    @Test
    void whateverThePropertiesSayIsUnderstoodOrRefused() {
        long seed = System.nanoTime();
        java.util.Random random = new java.util.Random(seed);
        List<Object> pieces = List.of(
                "orders",
                "Orders",
                "stock",
                "handler",
                "cron",
                "every",
                "labels",
                "sharding",
                "item",
                "parameters",
                "0",
                "",
                ".",
                "[",
                "\u202e",
                "\ud800",
                "0 0 3 * * ?",
                3,
                true,
                List.of("a", "b"),
                Map.of(),
                Map.of("0", "a,b"));
        for (int i = 0; i < 5_000; i++) {
            Map<String, Object> properties = new LinkedHashMap<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                Object value = pieces.get(random.nextInt(pieces.size()));
                for (int depth = random.nextInt(4); depth > 0; depth--) {
                    value = Map.of(pieces.get(random.nextInt(12)).toString(), value);
                }
                properties.put(pieces.get(random.nextInt(16)).toString(), value);
            }
            try {
                DeclaredJobs.of(List.of(annotated("orders"), annotated("stock")), properties, SURROUNDINGS);
            } catch (InvalidSettingException refusal) {
                assertThat(refusal.getMessage())
                        .as("seed %d: %s", seed, properties)
                        .contains(": \"");
            }
        }
    }

    private static DeclaredJobs.Surroundings offering(String name, SimpleJob job) {
        return new DeclaredJobs.Surroundings(
                SURROUNDINGS.strategies(),
                SURROUNDINGS.sessionTimeout(),
                List.of(new Handler(name, "bean \"" + name + "\"", job, true)));
    }

    private static DeclaredJobs declared(AnnotatedJob job, Map<String, ?> properties) {
        return DeclaredJobs.of(
                List.of(job), properties.isEmpty() ? Map.of() : Map.of(job.name(), properties), SURROUNDINGS);
    }

    private static JobDefinition only(DeclaredJobs jobs) {
        assertThat(jobs.definitions()).hasSize(1);
        return jobs.definitions().get(0);
    }

    private static AnnotatedJob annotated(String name, String... keysAndValues) {
        Map<JobKey, Setting> settings = new TreeMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(JobKey.of(keysAndValues[i]).orElseThrow(), new Setting(keysAndValues[i + 1], Source.CODE));
        }
        return new AnnotatedJob(name, "bean \"" + name + "\"", settings, context -> {}, true);
    }
}
