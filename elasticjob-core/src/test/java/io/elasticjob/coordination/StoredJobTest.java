package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StoredJobTest {

    private static final Instant MONDAY = Instant.parse("2026-03-02T08:00:00Z");
    private static final Instant TUESDAY = MONDAY.plus(Duration.ofDays(1));
    private static final Operator ANN = new Operator("ann", "why not");
    private static final StoredJob ORDERS = StoredJob.declared(definition(Duration.ofSeconds(30)), "shop", MONDAY);

    private static JobDefinition definition(Duration every) {
        return JobDefinition.named("orders").every(every).shards(3).build();
    }

    @Test
    void whatAnOperatorSaysWinsOverWhatIsDeclaredAndIsKeptApart() {
        StoredJob changed = configured(Map.of(JobKey.JOB_PARAMETER, "x"));

        assertThat(changed.declared()).isEqualTo(ORDERS.declared());
        assertThat(changed.overrides())
                .containsExactly(
                        Map.entry(JobKey.JOB_PARAMETER, new StoredJob.Override("x", "ann", TUESDAY, "why not")));
        assertThat(changed.effective().jobParameter()).isEqualTo("x");
        assertThat(changed.since()).as("the schedule is as it was").isEqualTo(MONDAY);
        assertThat(changed.reset(Set.of(), TUESDAY, Duration.ZERO).saysTheSameAs(ORDERS))
                .isTrue();
    }

    @Test
    void anotherWayToRecordBeginsAgainLikeAnotherSchedule() {
        StoredJob changed = configured(Map.of(JobKey.MONITOR_EXECUTION, "false"));

        assertThat(changed.since()).isEqualTo(TUESDAY);
        assertThat(changed.reset(Set.of(), TUESDAY.plusSeconds(9), Duration.ZERO)
                        .since())
                .isEqualTo(TUESDAY.plusSeconds(9));
    }

    @Test
    void itsLifeStaysTheSameWhateverIsChanged() {
        StoredJob born = ORDERS.born("k3x9");

        assertThat(Stream.of(
                        born.configured(Map.of(JobKey.JOB_PARAMETER, "x"), ANN, TUESDAY, Duration.ZERO),
                        born.reset(Set.of(), TUESDAY, Duration.ZERO),
                        born.redeclared(definition(Duration.ofSeconds(31)), "shop", TUESDAY, Duration.ZERO),
                        born.switched(new JobPart.Shard(1), false, ANN, TUESDAY, Duration.ZERO),
                        born.undeclared(TUESDAY)))
                .extracting(StoredJob::life)
                .containsOnly("k3x9");
        assertThat(born.saysTheSameAs(ORDERS)).isTrue();
    }

    @Test
    void whatIsStoredAsItIsDeclaredIsTheDeclarationItself() {
        JobDefinition declared = definition(Duration.ofSeconds(30));

        assertThat(ORDERS.effective(declared)).isSameAs(declared);
        assertThat(ORDERS.effective(definition(Duration.ofSeconds(31)))).isEqualTo(declared);
        assertThat(ORDERS.effective(null)).isEqualTo(declared);
        assertThat(ORDERS.sharing(declared)).isEqualTo(ORDERS);
        assertThat(ORDERS.sharing(declared).declared().get(JobKey.EVERY))
                .isSameAs(declared.settings().get(JobKey.EVERY));
        assertThat(ORDERS.sharing(definition(Duration.ofSeconds(31)))).isSameAs(ORDERS);
        assertThat(ORDERS.sharing(null)).isSameAs(ORDERS);
        assertThat(configured(Map.of(JobKey.JOB_PARAMETER, "x"))
                        .effective(declared)
                        .jobParameter())
                .isEqualTo("x");
    }

    @Test
    void aNewScheduleReplacesTheOldOneAndBeginsNow() {
        StoredJob cron = configured(Map.of(JobKey.CRON, "0 0 3 * * ?", JobKey.ZONE, "UTC"));
        StoredJob every = cron.configured(Map.of(JobKey.EVERY, "1h"), ANN, TUESDAY, Duration.ZERO);

        assertThat(cron.effective().schedule()).hasToString("cron \"0 0 3 * * ?\" in UTC");
        assertThat(cron.since()).isEqualTo(TUESDAY);
        assertThat(every.effective().schedule()).isEqualTo(Schedule.every(Duration.ofHours(1)));
        assertThat(every.overrides()).doesNotContainKey(JobKey.CRON);
        assertThat(every.reset(Set.of(JobKey.EVERY), TUESDAY, Duration.ZERO)
                        .effective()
                        .schedule())
                .isEqualTo(Schedule.every(Duration.ofSeconds(30)));
    }

    @Test
    void aNewNumberOfShardsHoldsFromTheFirstFireTimeThatNobodyCanHaveBegun() {
        StoredJob changed =
                ORDERS.configured(Map.of(JobKey.SHARDING_TOTAL_COUNT, "5"), ANN, TUESDAY, Duration.ofSeconds(40));

        assertThat(changed.shardCount().at(TUESDAY.plusSeconds(59))).isEqualTo(3);
        assertThat(changed.shardCount().at(TUESDAY.plusSeconds(60))).isEqualTo(5);
    }

    @Test
    void theOnlyFiringOfAJobIsSplitAsBeforeIfSomebodyMayHaveBegunIt() {
        Instant at = TUESDAY.plusSeconds(20);
        StoredJob once = StoredJob.made(
                "once",
                Map.of(JobKey.HANDLER, "orders", JobKey.AT, at.toString(), JobKey.SHARDING_TOTAL_COUNT, "2"),
                ANN,
                MONDAY);
        Map<JobKey, String> five = Map.of(JobKey.SHARDING_TOTAL_COUNT, "5");

        assertThat(once.configured(five, ANN, TUESDAY, Duration.ofSeconds(10))
                        .shardCount()
                        .at(at))
                .isEqualTo(5);
        ShardCount late =
                once.configured(five, ANN, TUESDAY, Duration.ofSeconds(40)).shardCount();
        assertThat(late.at(at)).isEqualTo(2);
        assertThat(late.count()).isEqualTo(5);
    }

    @Test
    void whatDoesNotMakeAJobIsRefusedAsAWhole() {
        assertThatThrownBy(() -> configured(Map.of(JobKey.FAILOVER, "true", JobKey.MONITOR_EXECUTION, "false")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("needs monitorExecution=true");
        assertThatThrownBy(() -> configured(Map.of(JobKey.EVERY, "1s", JobKey.CRON, "0 0 3 * * ?")))
                .hasMessageContaining("a job has one schedule");
        assertThatThrownBy(() -> configured(Map.of(JobKey.HANDLER, "other")))
                .hasMessageContaining("cannot be changed at run time");
    }

    @Test
    void disablingIsAnOverrideAndEnablingTakesItBackWhereThatIsEnough() {
        StoredJob off = ORDERS.switched(JobPart.WHOLE_JOB, false, ANN, TUESDAY, Duration.ZERO);
        StoredJob on = off.switched(JobPart.WHOLE_JOB, true, ANN, TUESDAY.plusSeconds(5), Duration.ZERO);
        assertThat(off.effective().enabled()).isFalse();
        assertThat(on.overrides()).isEmpty();
        assertThat(on.since()).as("nothing is made up for").isEqualTo(TUESDAY.plusSeconds(5));

        StoredJob declaredOff = StoredJob.declared(
                JobDefinition.named("orders").set(JobKey.ENABLED, "false").build(), "shop", MONDAY);
        assertThat(declaredOff
                        .switched(JobPart.WHOLE_JOB, true, ANN, TUESDAY, Duration.ZERO)
                        .overrides())
                .containsOnlyKeys(JobKey.ENABLED);
    }

    @Test
    void aShardThatIsSwitchedOnAgainBeginsAnewUntilTheWholeJobDoes() {
        StoredJob off = ORDERS.switched(new JobPart.Shard(1), false, ANN, TUESDAY, Duration.ZERO);
        StoredJob on = off.switched(new JobPart.Shard(1), true, ANN, TUESDAY.plusSeconds(5), Duration.ZERO);

        assertThat(off.switches().isOff(1)).isTrue();
        assertThat(off.switches().isOff(0)).isFalse();
        assertThat(on.switches().isOff(1)).isFalse();
        assertThat(on.switches().onSince(1)).contains(TUESDAY.plusSeconds(5));
        assertThat(on.configured(Map.of(JobKey.EVERY, "7s"), ANN, TUESDAY.plusSeconds(9), Duration.ZERO)
                        .switches())
                .isEqualTo(Switches.NONE);
        assertThat(ORDERS.switched(new JobPart.Shard(1), true, ANN, TUESDAY, Duration.ZERO)
                        .switches())
                .as("what never was off")
                .isEqualTo(Switches.NONE);
    }

    @Test
    void aJobThatAnOperatorMakesIsAllOverrides() {
        StoredJob made = StoredJob.made(
                "report",
                Map.of(
                        JobKey.HANDLER,
                        "orders",
                        JobKey.AT,
                        "2026-03-02T09:00:00+01:00",
                        JobKey.SHARDING_TOTAL_COUNT,
                        "2"),
                ANN,
                MONDAY);

        assertThat(made.isMade()).isTrue();
        assertThat(made.declared()).isEmpty();
        assertThat(made.effective().schedule()).isEqualTo(Schedule.once(MONDAY));
        assertThat(made.effective().handler()).isEqualTo("orders");
        assertThat(made.shardCount()).isEqualTo(ShardCount.always(2));
        assertThat(made.configured(Map.of(JobKey.HANDLER, "bills"), ANN, TUESDAY, Duration.ZERO)
                        .effective()
                        .handler())
                .isEqualTo("bills");
    }

    @Test
    void anOperatorsWordKeepsAJobFromBeingForgotten() {
        StoredJob switched = ORDERS.switched(new JobPart.OnInstance("a"), false, ANN, TUESDAY, Duration.ZERO);

        assertThat(switched.isChangedByOperators()).as("it is never forgotten").isTrue();
        assertThat(ORDERS.isChangedByOperators()).isFalse();
    }

    private static StoredJob configured(Map<JobKey, String> values) {
        return ORDERS.configured(values, ANN, TUESDAY, Duration.ZERO);
    }

    @Test
    void aCronThatAnOperatorSetsWithoutAZoneIsReadInOneZoneByAll() {
        StoredJob declared = StoredJob.declared(JobDefinition.named("orders").build(), "shop", TUESDAY);
        StoredJob configured =
                declared.configured(Map.of(JobKey.CRON, "0 0 3 * * ?"), Operator.UNKNOWN, TUESDAY, Duration.ZERO);
        StoredJob made = StoredJob.made("orders", Map.of(JobKey.CRON, "0 0 3 * * ?"), Operator.UNKNOWN, TUESDAY);

        for (StoredJob job : List.of(configured, made)) {
            assertThat(job.overrides().get(JobKey.ZONE).value())
                    .isEqualTo(ZoneId.systemDefault().getId());
        }
        assertThat(configured.reset(Set.of(JobKey.CRON), TUESDAY, Duration.ZERO).overrides())
                .isEmpty();
        assertThat(configured
                        .configured(Map.of(JobKey.EVERY, "30s"), Operator.UNKNOWN, TUESDAY, Duration.ZERO)
                        .overrides())
                .containsOnlyKeys(JobKey.EVERY);
    }

    @Test
    void aZoneThatIsDeclaredOrGivenIsNotSettled() {
        StoredJob declared = StoredJob.declared(
                JobDefinition.named("orders")
                        .cron("0 0 3 * * ?", ZoneId.of("Asia/Tokyo"))
                        .build(),
                "shop",
                TUESDAY);

        assertThat(declared.configured(Map.of(JobKey.CRON, "0 0 4 * * ?"), Operator.UNKNOWN, TUESDAY, Duration.ZERO)
                        .overrides())
                .containsOnlyKeys(JobKey.CRON);
        assertThat(StoredJob.made(
                                "orders",
                                Map.of(JobKey.CRON, "0 0 4 * * ?", JobKey.ZONE, "UTC"),
                                Operator.UNKNOWN,
                                TUESDAY)
                        .overrides()
                        .get(JobKey.ZONE)
                        .value())
                .isEqualTo("UTC");
    }

    @Test
    void aScheduleThatSaysNothingIsRefusedAndTheDeclaredOneStays() {
        StoredJob declared = StoredJob.declared(
                JobDefinition.named("orders").every(Duration.ofSeconds(30)).build(), "shop", TUESDAY);

        assertThatThrownBy(
                        () -> declared.configured(Map.of(JobKey.CRON, " "), Operator.UNKNOWN, TUESDAY, Duration.ZERO))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("orders.cron")
                .hasMessageContaining("write cron=- for a job without a schedule");
        assertThat(declared.configured(Map.of(JobKey.CRON, "-"), Operator.UNKNOWN, TUESDAY, Duration.ZERO)
                        .effective()
                        .schedule())
                .isEqualTo(Schedule.onTrigger());
    }
}
