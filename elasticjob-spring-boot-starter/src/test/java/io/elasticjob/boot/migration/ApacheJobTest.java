package io.elasticjob.boot.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobKey;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApacheJobTest {

    private static final String SHORTEST = "cron: 0/5 * * * * ?\nshardingTotalCount: 1\n";

    @Test
    void whatThereIsByDefaultIsNotWritten() {
        ImportedJob job = translated("""
            cron: 0/5 * * * * ?
            failover: false
            jobParameter: ''
            maxTimeDiffSeconds: -1
            misfire: true
            monitorExecution: true
            overwrite: false
            reconcileIntervalMinutes: 10
            shardingTotalCount: 1
            """);

        assertThat(text(job)).isEqualTo("cron=0/5 * * * * ?");
        assertThat(job.remarks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "timeZone: GMT+8:00                           | zone=GMT+08:00",
                "timeZone: Europe/Berlin                      | zone=Europe/Berlin",
                "failover: true                               | failover=true",
                "misfire: false                               | misfire=SKIP",
                "monitorExecution: false                      | monitorExecution=false",
                "jobParameter: a b                            | jobParameter=a b",
                "description: Settles.                        | description=Settles.",
                "disabled: true                               | enabled=false",
                "jobShardingStrategyType: ODEVITY             | shardingStrategy=odevity",
                "jobShardingStrategyType: ROUND_ROBIN         | shardingStrategy=round-robin",
                "staticSharding: true                         | shardingStrategy=static",
                "jobErrorHandlerType: THROW                   | errorHandler=throw",
                "jobErrorHandlerType: IGNORE                  | errorHandler=ignore",
                "'props: {streaming.process: ''true''}'       | streaming=true",
                "jobErrorHandlerType: LOG                     |",
                "jobShardingStrategyType: AVG_ALLOCATION      |"
            })
    void eachPropertyHasItsKey(String property, String setting) {
        ImportedJob job = translated(SHORTEST + property);

        assertThat(text(job).replace("cron=0/5 * * * * ?", "").replaceFirst("^; ", ""))
                .isEqualTo(setting == null ? "" : setting);
        assertThat(job.remarks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jobShardingStrategyType: MINE                     | jobShardingStrategyType MINE: write a"
                        + " ShardingStrategy bean",
                "jobErrorHandlerType: EMAIL                        | jobErrorHandlerType EMAIL: configure"
                        + " elasticjob.alerts",
                "jobListenerTypes: [audit, mail]                   | jobListenerTypes audit, mail: see"
                        + " firing-listeners",
                "jobExecutorServiceHandlerType: SINGLE_THREAD      | SINGLE_THREAD, one shard at a time",
                "jobExecutorThreadPoolSizeProviderType: MINE       | thread pool MINE",
                "maxTimeDiffSeconds: 30                            | maxTimeDiffSeconds 30: for all jobs together",
                "label: blue                                       | label blue",
                "'props: {script.command.line: ''rm -r x''}'       | declare the command under elasticjob.scripts",
                "'props: {http.uri: ''http://x'', http.method: GET}' | declare the target under"
                        + " elasticjob.http.targets",
                "'props: {email.password: hunter2}'                | props email.password: give the bean"
            })
    void whatHasNoKeyIsRemarked(String property, String remark) {
        ImportedJob job = translated(SHORTEST + property);

        assertThat(job.remarks()).singleElement().asString().contains(remark).doesNotContain("hunter2", "rm -r x");
    }

    @Test
    void objectsOfClassesAreReadAsMaps() {
        ImportedJob job = translated(SHORTEST
                + "jobExtraConfigurations:\n"
                + "- !!org.apache.shardingsphere.elasticjob.tracing.yaml.YamlTracingConfiguration\n"
                + "  type: RDB\n"
                + "jobParameter: \"a !!b\"\n");

        assertThat(job.settings()).containsEntry(JobKey.JOB_PARAMETER, "a !!b");
        assertThat(job.remarks()).singleElement().asString().contains("elasticjob.history");
    }

    @Test
    void aJobThatIsDisabledOnAllServersIsDisabled() {
        Map<String, Object> cron = ApacheTree.read("orders", SHORTEST);

        assertThat(new ApacheJob("orders", cron, Map.of("a", true, "b", true), Set.of())
                        .translated("orders")
                        .settings())
                .containsEntry(JobKey.ENABLED, "false");
        ImportedJob partly =
                new ApacheJob("orders", cron, Map.of("a", true, "b", false), Set.of("2")).translated("orders");
        assertThat(partly.settings()).doesNotContainKey(JobKey.ENABLED);
        assertThat(partly.remarks())
                .anyMatch(remark -> remark.startsWith("disabled on 1 of 2 servers"))
                .anyMatch(remark -> remark.startsWith("disabled shards 2"));
    }

    /** Apache ElasticJob accepts it, and does not fail over. */
    @Test
    void whatCannotStandTogetherHereIsLeftOutAndRemarked() {
        ImportedJob job = translated(SHORTEST + "failover: true\nmonitorExecution: false\n");

        assertThat(text(job)).isEqualTo("cron=0/5 * * * * ?; monitorExecution=false");
        assertThat(job.remarks()).singleElement().asString().contains("orders.failover", "needs monitorExecution=true");
    }

    @Test
    void aScheduleThatIsNoneHereGoesWithWhatBelongsToIt() {
        ImportedJob job = translated("cron: 0 0 25 * * ?\ntimeZone: Europe/Berlin\nshardingTotalCount: 2\n");

        assertThat(text(job)).isEqualTo("shardingTotalCount=2");
        assertThat(job.remarks()).singleElement().asString().contains("orders.cron", "0 0 25 * * ?");
    }

    private static ImportedJob translated(String configuration) {
        return new ApacheJob("orders", ApacheTree.read("orders", configuration), Map.of("10.0.0.7", false), Set.of())
                .translated("orders");
    }

    private static String text(ImportedJob job) {
        return job.settings().entrySet().stream()
                .map(setting -> setting.getKey().key() + "=" + setting.getValue())
                .collect(Collectors.joining("; "));
    }
}
