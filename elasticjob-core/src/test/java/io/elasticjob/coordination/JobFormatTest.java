package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobFormatTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Operator ANN = new Operator("ann", "try");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            labels               | zone=eu,disk=ssd | 1
            labels               | !zone=eu         | 1
            labels               | zone!=eu         | 2
            labels               | gpu              | 2
            failover             | true             | 1
            shardingStrategy     | sticky           | 1
            maxShardsPerInstance | 2                | 2
            minInstances         | 2                | 2
            maxConcurrentShards  | 2                | 2
            limits               | db               | 2
            shardingStrategy     | static           | 2
            streaming            | true             | 2
            """)
    void onlyWhatUsesSomethingNewIsStoredInTheLaterFormat(String key, String value, int format) {
        StoredJob declared = new StoredJob(
                "orders",
                new StoredJob.Settings(
                        "shop",
                        JobDefinition.of(
                                        "orders",
                                        Map.of(
                                                JobKey.of(key).orElseThrow(),
                                                new io.elasticjob.Setting(value, io.elasticjob.Setting.Source.CODE)))
                                .settings(),
                        Map.of()),
                NOW,
                ShardCount.always(1));
        assertThat(JobFormat.of(declared).number()).isEqualTo(format);
        if (format > 1) {
            StoredJob overridden =
                    stored().configured(Map.of(JobKey.of(key).orElseThrow(), value), ANN, NOW, Duration.ZERO);
            assertThat(JobFormat.of(overridden).number()).isEqualTo(format);
            assertThat(JobFormat.of(overridden).because())
                    .containsExactly(JobKey.of(key).orElseThrow());
            assertThat(JobFormat.of(overridden.reset(Set.of(), NOW, Duration.ZERO))
                            .number())
                    .isEqualTo(1);
        }
    }

    /** The node is in the later format as long as one of its values needs that, be it one that is overridden. */
    @Test
    void aValueThatIsOverriddenCountsAsWell() {
        StoredJob job = StoredJob.declared(
                        JobDefinition.named("orders").set(JobKey.LABELS, "gpu").build(), "shop", NOW)
                .configured(Map.of(JobKey.LABELS, "zone=eu"), ANN, NOW, Duration.ZERO);

        assertThat(JobFormat.of(job).number()).isEqualTo(2);
    }

    @Test
    void anInstanceOfAnEarlierVersionIsNotEligibleAndTheKeyIsNamed() {
        StoredJob job = stored().configured(Map.of(JobKey.LABELS, "!spot"), ANN, NOW, Duration.ZERO);
        Instance now = instance("now", JobDefinition.FORMAT);
        Instance earlier = instance("earlier", 1);

        assertThat(Eligibility.eligible(
                        Standing.DECLARED, job, job.effective(), Set.of("average"), List.of(earlier, now)))
                .containsExactly("now");
        assertThat(Eligibility.obstacle(Standing.DECLARED, job, job.effective(), Set.of("average"), earlier))
                .contains("has an older version, which does not know what the job uses: labels (with operators)");
        assertThat(Eligibility.eligible(
                        Standing.DECLARED, stored(), stored().effective(), Set.of("average"), List.of(earlier, now)))
                .containsExactly("earlier", "now");
    }

    @Test
    void aJobWithALifeOfItsOwnIsStoredInTheLaterFormatBecauseEarlierVersionsDoNotFindItsRecords() {
        StoredJob born = stored().born("k3x9");

        assertThat(JobFormat.of(stored()).number()).isEqualTo(1);
        assertThat(JobFormat.of(born).number()).isEqualTo(2);
        assertThat(JobFormat.of(born).obstacle(instance("earlier", 1)))
                .contains("has an older version, which does not find the records of the job");
    }

    /** Earlier versions name the folder of a job's records so. */
    @Test
    void theLifeOfAJobThatAnEarlierVersionHasMadeIsTheTransactionOfItsCreationInDecimals() {
        assertThat(stored().lifeUnder(4_294_967_338L)).isEqualTo("4294967338");
    }

    private static StoredJob stored() {
        return StoredJob.declared(JobDefinition.named("orders").build(), "shop", NOW);
    }

    private static Instance instance(String id, int jobFormat) {
        return new Instance(
                id,
                id,
                "shop",
                Map.of(),
                new Instance.Process("host", 1, 1, NOW, ""),
                new Instance.Repertoire(Set.of("orders"), Set.of("orders"), Set.of(), jobFormat, Set.of(), Set.of()),
                Instance.Availability.UP);
    }
}
