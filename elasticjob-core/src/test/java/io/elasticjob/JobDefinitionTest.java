package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobDefinitionTest {

    @Test
    void oneInstantIsWrittenWithItsOffsetAndStandsAlone() {
        JobDefinition once = JobDefinition.named("orders")
                .set(JobKey.AT, "2027-01-01T08:00:00.1234+08:00")
                .build();
        assertThat(once.schedule()).isEqualTo(Schedule.once(java.time.Instant.parse("2027-01-01T00:00:00.123Z")));
        assertThatThrownBy(() -> JobDefinition.named("orders")
                        .set(JobKey.AT, "2027-01-01T08:00")
                        .build())
                .hasMessageContaining("orders.at: \"2027-01-01T08:00\" is not an instant");
        assertThatThrownBy(() -> JobDefinition.named("orders")
                        .set(JobKey.EVERY, "5s")
                        .set(JobKey.AT, "2027-01-01T00:00:00Z")
                        .build())
                .hasMessageContaining("orders.at: \"2027-01-01T00:00:00Z\" cannot be set beside every=\"5s\"");
        assertThat(once.with(java.util.Map.of(JobKey.EVERY, new Setting("5s", Setting.Source.OVERRIDE)))
                        .schedule())
                .isEqualTo(Schedule.every(java.time.Duration.ofSeconds(5)));
    }

    @Test
    void aJobOfWhichOnlyTheNameIsSaidHasTheDefaultsOfTheKeys() {
        JobDefinition job = JobDefinition.named("orders").build();

        assertThat(job.schedule()).isEqualTo(Schedule.onTrigger());
        assertThat(job.shardingTotalCount()).isEqualTo(1);
        assertThat(job.shardingStrategy()).isEqualTo("average");
        assertThat(job.monitorExecution()).isTrue();
        assertThat(job.failover()).isFalse();
        assertThat(job.failoverLimit()).isEqualTo(3);
        assertThat(job.misfire()).isEqualTo(Misfire.FIRE_ONCE);
        assertThat(job.misfireThreshold()).isEqualTo(Duration.ofSeconds(60));
        assertThat(job.onSessionLoss()).isEqualTo(OnSessionLoss.CANCEL);
        assertThat(job.enabled()).isTrue();
        assertThat(job.handler()).isEqualTo("orders");
        assertThat(job.settings()).isEmpty();
    }

    @Test
    void theZoneOfACronScheduleIsSettledByWhoeverDeclaresIt() {
        JobDefinition job =
                JobDefinition.named("orders").set(JobKey.CRON, "0 0 3 * * ?").build();

        assertThat(job.setting(JobKey.ZONE))
                .contains(new Setting(ZoneId.systemDefault().getId(), Setting.Source.DEFAULT));
        assertThat(job.schedule()).isEqualTo(Schedule.cron("0 0 3 * * ?", ZoneId.systemDefault()));
    }

    @Test
    void aDashIsNoSchedule() {
        assertThat(JobDefinition.named("orders").set(JobKey.CRON, "-").build().schedule())
                .isEqualTo(Schedule.onTrigger());
    }

    @Test
    void whatIsLaidOverWinsKeyByKeyAndOneScheduleReplacesTheOther() {
        JobDefinition declared = JobDefinition.named("orders")
                .cron("0/5 * * * * ?", ZoneId.of("UTC"))
                .shards(3)
                .build();

        JobDefinition effective = declared.with(Map.of(
                JobKey.EVERY, new Setting("10s", Setting.Source.OVERRIDE),
                JobKey.MISFIRE, new Setting("skip", Setting.Source.OVERRIDE)));

        assertThat(effective.schedule()).isEqualTo(Schedule.every(Duration.ofSeconds(10)));
        assertThat(effective.misfire()).isEqualTo(Misfire.SKIP);
        assertThat(effective.shardingTotalCount()).isEqualTo(3);
        assertThat(effective.setting(JobKey.EVERY).orElseThrow().source()).isEqualTo(Setting.Source.OVERRIDE);
        assertThat(effective.setting(JobKey.SHARDING_TOTAL_COUNT).orElseThrow().source())
                .isEqualTo(Setting.Source.CODE);
    }

    @Test
    void parametersBelongToTheirShards() {
        JobDefinition job = JobDefinition.named("orders")
                .shards(3)
                .set(JobKey.SHARDING_ITEM_PARAMETERS, " 0 = EMEA , 2=a=b ")
                .build();

        assertThat(job.shardingParameter(0)).isEqualTo("EMEA");
        assertThat(job.shardingParameter(1)).isEmpty();
        assertThat(job.shardingParameter(2)).isEqualTo("a=b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CRON                     | 0 0 25 * * ?        | hour must be 0–23
            EVERY                    | soon                | soon
            EVERY                    | 0s                  | must be
            ZONE                     | Mars/Olympus        | is not a time zone
            SHARDING_TOTAL_COUNT     | 0                   | must be a whole number from 1 to 10000
            SHARDING_TOTAL_COUNT     | -3                  | must be a whole number from 1 to 10000
            SHARDING_TOTAL_COUNT     | many                | must be a whole number from 1 to 10000
            SHARDING_ITEM_PARAMETERS | 1=a                 | names shard 1, which does not exist
            SHARDING_ITEM_PARAMETERS | 0=a,0=b             | names shard 0 twice
            SHARDING_ITEM_PARAMETERS | 0=a,b               | has "b" where a pair should be
            SHARDING_ITEM_PARAMETERS | x=a                 | which is not a shard
            MONITOR_EXECUTION        | yes                 | must be true or false
            FAILOVER_LIMIT           | -1                  | must be a whole number from 0
            MISFIRE                  | sometimes           | must be one of FIRE_ONCE, SKIP
            ON_SESSION_LOSS          | panic               | must be one of CANCEL, CONTINUE
            MISFIRE_THRESHOLD        | 0s                  | must be longer than nothing
            LABELS                   | a=1,a=2             | names the label "a" twice
            """)
    void aSettingThatCannotBeUsedIsRefusedWithKeyValueAndRule(JobKey key, String value, String rule) {
        JobDefinition.Builder builder = JobDefinition.named("orders").set(key, value);
        if (key == JobKey.ZONE) {
            builder.set(JobKey.CRON, "0 0 3 * * ?");
        }

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("orders." + key.key())
                .hasMessageContaining("\"" + value + "\"")
                .hasMessageContaining(rule);
    }

    @Test
    void twoSchedulesAreOneTooMany() {
        assertThatThrownBy(() -> JobDefinition.named("orders")
                        .every(Duration.ofSeconds(5))
                        .cron("0 0 3 * * ?", ZoneId.of("UTC"))
                        .build())
                .hasMessageContaining("a job has one schedule");
    }

    @Test
    void settingsThatDoNotFitIntoTheRegistryAreRefusedByTheLongest() {
        assertThatThrownBy(() -> JobDefinition.named("orders")
                        .set(JobKey.DESCRIPTION, "orders")
                        .set(JobKey.JOB_PARAMETER, "x".repeat(JobDefinition.MAX_LENGTH))
                        .build())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("orders.jobParameter")
                .hasMessageContaining("too long");
    }

    @Test
    void failoverNeedsRecords() {
        assertThatThrownBy(() -> JobDefinition.named("orders")
                        .failover(true)
                        .monitorExecution(false)
                        .build())
                .hasMessageContaining("orders.failover")
                .hasMessageContaining("monitorExecution=true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", " a", "a/b", "a\\b", "a@b", ".", "..", "a\u0000b", "a\uD800"})
    void aNameThatCannotStandInAPathIsRefused(String name) {
        assertThatThrownBy(() -> JobDefinition.named(name).build())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("job name");
    }

    @Test
    void keysAreFoundWhateverTheirCaseAndDashes() {
        assertThat(JobKey.of("sharding-total-count")).contains(JobKey.SHARDING_TOTAL_COUNT);
        assertThat(JobKey.of("ShardingTotalCount")).contains(JobKey.SHARDING_TOTAL_COUNT);
        assertThat(JobKey.of("sharding")).isEmpty();
    }
}
