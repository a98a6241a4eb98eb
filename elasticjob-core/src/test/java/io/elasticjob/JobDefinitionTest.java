package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.schedule.Schedule;
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
        assertThat(job.failover()).isEqualTo(new Failover(false, 3));
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
            cron                     | 0 0 25 * * ?        | hour must be 0–23
            every                    | soon                | soon
            every                    | 0s                  | must be
            zone                     | Mars/Olympus        | is not a time zone
            shardingTotalCount       | 0                   | must be a whole number from 1 to 10000
            shardingTotalCount       | -3                  | must be a whole number from 1 to 10000
            shardingTotalCount       | many                | must be a whole number from 1 to 10000
            every                    | 30                  | has no unit: write 30s for seconds, or 30ms
            handler                  | ' '                 | must not be blank
            shardingStrategy         | ''                  | must not be blank
            monitorExecution         | yes                 | must be true or false
            failoverLimit            | -1                  | must be a whole number from 0
            misfire                  | sometimes           | must be one of FIRE_ONCE, SKIP
            onSessionLoss            | panic               | must be one of CANCEL, CONTINUE
            misfireThreshold         | 0s                  | must be longer than nothing
            labels                   | a=1,a=2             | names the label "a" twice
            """)
    void aSettingThatCannotBeUsedIsRefusedWithKeyValueAndRule(JobKey key, String value, String rule) {
        JobDefinition.Builder builder = JobDefinition.named("orders").set(key, value);

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("orders." + key.key())
                .hasMessageContaining("\"" + value + "\"")
                .hasMessageContaining(rule);
    }

    /** The value may be secret, and is not repeated. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1=a                 | names shard 1, which does not exist
            0=a,0=b             | names shard 0 twice
            0=a,b               | has no pair as its part 2
            x=a                 | names no shard by its part 1
            123456=a            | names no shard by its part 1
            """)
    void parametersOfShardsThatCannotBeUsedAreRefusedByTheRule(String value, String rule) {
        assertThatThrownBy(() -> JobDefinition.named("orders")
                        .set(JobKey.SHARDING_ITEM_PARAMETERS, value)
                        .build())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(
                        "orders.shardingItemParameters: \"(" + value.length() + " characters, not shown)\" ")
                .hasMessageContaining(rule);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EVERY", "CRON", "AT"})
    void aZoneIsCheckedWhateverTheSchedule(JobKey when) {
        String value = switch (when.key()) {
            case "every" -> "30s";
            case "at" -> "2027-01-01T00:00:00Z";
            default -> "-";
        };
        assertThatThrownBy(() -> JobDefinition.named("orders")
                        .set(when, value)
                        .set(JobKey.ZONE, "Mars/Olympus")
                        .build())
                .hasMessageContaining("orders.zone: \"Mars/Olympus\" is not a time zone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EVERY", "CRON", "AT", "ZONE"})
    void aScheduleThatSaysNothingMayNotBeGiven(JobKey key) {
        assertThatThrownBy(() -> JobDefinition.checkAsGiven("orders", Map.of(key, " ")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("orders." + key.key());
    }

    @Test
    void whatAnEarlierVersionStoredStopsNoJob() {
        Map<JobKey, Setting> stored = Map.of(
                JobKey.EVERY, new Setting("30000", Setting.Source.PROPERTIES),
                JobKey.MISFIRE_THRESHOLD, new Setting("60000", Setting.Source.OVERRIDE),
                JobKey.ZONE, new Setting("Mars/Olympus", Setting.Source.OVERRIDE));

        JobDefinition job = JobDefinition.of("orders", stored);

        assertThat(job.schedule()).isEqualTo(Schedule.every(Duration.ofSeconds(30)));
        assertThat(job.misfireThreshold()).isEqualTo(Duration.ofMinutes(1));
        stored.forEach((key, setting) -> assertThatThrownBy(
                        () -> JobDefinition.checkAsGiven("orders", Map.of(key, setting.value())))
                .as("may not be given again")
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("orders." + key.key()));
        assertThat(JobDefinition.of("orders", Map.of(JobKey.CRON, new Setting("", Setting.Source.OVERRIDE)))
                        .schedule())
                .isEqualTo(Schedule.onTrigger());
    }

    @Test
    void theParameterOfAJobIsTakenAsItIs() {
        String parameter = "  a,b=\"c\"\n ";

        assertThat(JobDefinition.named("orders")
                        .set(JobKey.JOB_PARAMETER, parameter)
                        .build()
                        .jobParameter())
                .isEqualTo(parameter);
    }

    @Test
    void settingsThatDoNotFitIntoTheRegistryTogetherAreRefused() {
        assertThatThrownBy(() -> JobDefinition.named("orders")
                        .set(JobKey.DESCRIPTION, "orders")
                        .set(JobKey.SHARDING_ITEM_PARAMETERS, "0=" + "x".repeat(192 * 1024 - 2))
                        .set(JobKey.JOB_PARAMETER, "x".repeat(64 * 1024))
                        .build())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(
                        "orders: \"(262150 characters)\" is too long: all settings of a job together may have 262144"
                                + " characters, these have 262150");
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
