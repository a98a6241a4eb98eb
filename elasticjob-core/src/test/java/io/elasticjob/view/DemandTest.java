package io.elasticjob.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.TriggerStatus;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.sharding.Assignment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What autoscalers are told of a job of three shards that fires at every full minute, 30 seconds past noon. */
class DemandTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant NOW = NOON.plusSeconds(30);
    private static final ShardRecord DONE = began(NOON).completed(new Outcome.Succeeded(), NOON, NOON.plusSeconds(1));
    private static final ShardRecord BEHIND = began(NOON.minusSeconds(60))
            .completed(new Outcome.Succeeded(), NOON.minusSeconds(60), NOON.minusSeconds(59));

    private JobDefinition.Builder job =
            JobDefinition.named("orders").shards(3).every(Duration.ofMinutes(1)).set(JobKey.HANDLER, "resize");
    private Standing standing = Standing.DECLARED;
    private final List<TriggerStatus> triggers = new ArrayList<>();

    @Test
    void whatIsDoneAsksForNobody() {
        assertThat(demand(DONE, DONE, DONE)).isEqualTo(Demand.NONE);
    }

    @Test
    void whatIsDueAndWhatRunsIsCountedThoughNobodyMayRunIt() {
        assertThat(demand(BEHIND, began(NOON), DONE)).isEqualTo(new Demand(1, 1));
        assertThat(demand(ShardRecord.NEW, ShardRecord.NEW, ShardRecord.NEW)).isEqualTo(new Demand(3, 0));
    }

    @Test
    void aShardThatRunsAnEarlierFiringIsNotDueBeside() {
        assertThat(demand(began(NOON.minusSeconds(60)), DONE, DONE)).isEqualTo(new Demand(0, 1));
    }

    @Test
    void whatIsSwitchedOffOrNotMonitoredOrPausesAsksForNobody() {
        job = job.set(JobKey.ENABLED, "false");
        assertThat(demand(BEHIND, BEHIND, BEHIND)).isEqualTo(Demand.NONE);
        job = job.set(JobKey.ENABLED, "true").set(JobKey.MONITOR_EXECUTION, "false");
        assertThat(demand(BEHIND, BEHIND, BEHIND)).isEqualTo(Demand.NONE);
        job = job.set(JobKey.MONITOR_EXECUTION, "true");
        standing = Standing.UNDECLARED;
        assertThat(demand(BEHIND, BEHIND, BEHIND)).isEqualTo(Demand.NONE);
    }

    @Test
    void whatATriggerHasWaitCountsOnce() {
        triggers.add(trigger(false, TriggerStatus.State.WAITING, TriggerStatus.State.DONE));
        assertThat(demand(DONE, DONE, DONE)).isEqualTo(new Demand(1, 0));
        assertThat(demand(BEHIND, DONE, DONE)).isEqualTo(new Demand(1, 0));
        job = job.set(JobKey.ENABLED, "false");
        assertThat(demand(DONE, DONE, DONE)).isEqualTo(Demand.NONE);
        triggers.add(trigger(true, TriggerStatus.State.DONE, TriggerStatus.State.WAITING));
        assertThat(demand(DONE, DONE, DONE)).as("forced").isEqualTo(new Demand(1, 0));
    }

    @Test
    void aFiringThatIsSkippedAsksForNobody() {
        job = job.set(JobKey.MISFIRE, "SKIP").set(JobKey.MISFIRE_THRESHOLD, "5s");
        assertThat(demand(BEHIND, DONE, DONE)).isEqualTo(Demand.NONE);
    }

    @Test
    void aFailureIsDueOnceItsPauseIsOver() {
        job = job.set(JobKey.RETRY_ATTEMPTS, "3").set(JobKey.RETRY_DELAY, "20s");
        ShardRecord failed = began(NOON).failed(new Outcome.Failed("no"), NOON.plusSeconds(1));
        assertThat(demand(failed, DONE, DONE)).isEqualTo(new Demand(1, 0));
        ShardRecord lately = began(NOON).failed(new Outcome.Failed("no"), NOON.plusSeconds(29));
        assertThat(demand(lately, DONE, DONE)).isEqualTo(Demand.NONE);
    }

    private static TriggerStatus trigger(boolean forced, TriggerStatus.State first, TriggerStatus.State second) {
        return new TriggerStatus(
                "orders",
                1,
                "t",
                NOON,
                new Operator("ann", ""),
                forced,
                new TreeMap<>(Map.of(
                        0, new TriggerStatus.Progress(first, null, null),
                        1, new TriggerStatus.Progress(second, null, null))));
    }

    private Demand demand(ShardRecord... records) {
        StoredJob stored = StoredJob.declared(job.build(), "shop", NOON.minus(Duration.ofHours(1)));
        List<ShardView> shards = new ArrayList<>();
        for (ShardRecord record : records) {
            shards.add(new ShardView(shards.size(), null, record, 0, null));
        }
        JobView view = new JobView(stored, job.build(), Assignment.none(3), List.of(), Map.of(), null, standing);
        return Demand.of(new JobDetail(view, shards, triggers, new TreeSet<>(), List.of(), new TreeMap<>(), 0), NOW);
    }

    private static ShardRecord began(Instant firing) {
        return ShardRecord.NEW.claimed(new Firing.Scheduled(firing), "till-1.a", 1, 0, firing);
    }
}
