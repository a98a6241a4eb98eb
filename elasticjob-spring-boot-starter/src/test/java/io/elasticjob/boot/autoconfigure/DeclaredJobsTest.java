package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.Setting.Source;
import io.elasticjob.SimpleJob;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
                "misfire                  | MAYBE          | must be one of FIRE_ONCE, SKIP",
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
                        + " did you mean \"orders\"?");
    }

    @Test
    void aNameWithDotsThatIsNotInBracketsIsRecognised() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> DeclaredJobs.of(
                        List.of(annotated("com.acme.orders")),
                        Map.of("com", Map.of("acme", Map.of("orders", Map.of("cron", "-")))),
                        SURROUNDINGS))
                .withMessageContaining("elasticjob.jobs[com.acme.orders]");
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
                .withMessage(
                        "elasticjob.jobs.orders.sharding-total-count: \"2\" needs a handler that is told its shard:"
                                + " give a ShardingContext to the method work()");
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
        Map<JobKey, Setting> settings = new EnumMap<>(JobKey.class);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(JobKey.of(keysAndValues[i]).orElseThrow(), new Setting(keysAndValues[i + 1], Source.CODE));
        }
        return new AnnotatedJob(name, "bean \"" + name + "\"", settings, context -> {}, true);
    }
}
