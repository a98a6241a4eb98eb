package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.Scope;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Explanation.Observer;
import io.elasticjob.coordination.Explanation.Shard;
import io.elasticjob.coordination.Explanation.Situation;
import io.elasticjob.coordination.Finding.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A job of two shards that fires at every full minute; it is 30 seconds past noon, and all was well until noon. */
class ExplanationTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant NOW = NOON.plusSeconds(30);
    private static final Instant MADE = NOON.minus(Duration.ofHours(1));
    private static final Operator ANN = new Operator("ann", "stock-taking");
    private static final Observer WELL = new Observer("till-1", null, false, true, null);

    private StoredJob stored = StoredJob.declared(job().build(), "shop", MADE);
    private final SortedSet<String> live = new TreeSet<>(List.of("till-1.a", "till-2.b"));
    private final Map<String, String> obstacles = new TreeMap<>();
    private final List<Shard> shards =
            new ArrayList<>(List.of(shard(0, "till-1.a", ran(NOON)), shard(1, "till-2.b", ran(NOON))));
    private final SortedSet<Long> waiting = new TreeSet<>();
    private Observer observer = WELL;

    @Test
    void whereNothingIsInTheWayTheNextFiringIsTold() {
        assertThat(now()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.NEXT_FIRING);
            assertThat(finding.fields()).containsEntry("fireTime", NOON.plusSeconds(60));
            assertThat(finding.text()).isEqualTo("It fires next at 2026-06-01T12:01:00Z");
        });
    }

    @Test
    void anOperatorsSwitchIsToldWithWhoWhenAndWhy() {
        switched(Scope.WHOLE_JOB, false);

        assertThat(now()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.DISABLED);
            assertThat(finding.text()).isEqualTo("The job was disabled by ann at 2026-06-01T12:00:00Z: stock-taking");
            assertThat(finding.fields())
                    .containsEntry("who", "ann")
                    .containsEntry("when", NOON)
                    .containsEntry("why", "stock-taking")
                    .containsEntry("source", "OVERRIDE");
        });
    }

    @Test
    void aDeclarationThatSwitchesOffIsToldApartFromAnOperator() {
        stored = StoredJob.declared(job().set(JobKey.ENABLED, "false").build(), "shop", MADE);

        assertThat(now()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.DISABLED);
            assertThat(finding.text()).isEqualTo("shop declares the job as disabled (CODE)");
            assertThat(finding.fields()).containsEntry("source", "CODE");
        });
    }

    @Test
    void aShardThatIsOffIsToldAndTheOthersFireOn() {
        switched(new Scope.Shard(1), false);

        assertThat(codes(now())).containsExactly(Code.SHARD_DISABLED, Code.NEXT_FIRING);
        assertThat(now().get(0).fields()).containsEntry("shards", List.of(1)).containsEntry("who", "ann");

        switched(new Scope.Shard(1), true);
        assertThat(codes(now())).containsExactly(Code.NEXT_FIRING);
    }

    @Test
    void whereNobodyMayRunItEveryoneIsToldWithTheReason() {
        obstacles.put("till-1.a", "is draining");
        assertThat(codes(now())).as("the other may").containsExactly(Code.NEXT_FIRING);

        obstacles.put("till-2.b", "lacks labels");
        assertThat(codes(now()))
                .containsExactly(Code.NO_ELIGIBLE_INSTANCE, Code.INSTANCE_NOT_ELIGIBLE, Code.INSTANCE_NOT_ELIGIBLE);
        assertThat(now().get(0).fields()).containsEntry("instances", 2);
        assertThat(now().get(2).fields()).containsEntry("instance", "till-2.b").containsEntry("why", "lacks labels");

        obstacles.clear();
        live.clear();
        assertThat(now().get(0).text()).isEqualTo("There is no live instance");
    }

    @Test
    void shardsThatRunAreToldTogetherWithWhomAndSinceWhen() {
        shards.set(0, shard(0, "till-1.a", running(NOON, "till-2.b", NOON.plusSeconds(2))));
        shards.set(1, shard(1, "till-2.b", running(NOON, "till-2.b", NOON.plusSeconds(1))));

        assertThat(codes(now())).containsExactly(Code.RUNNING, Code.NEXT_FIRING);
        assertThat(now().get(0).fields())
                .containsEntry("shards", List.of(0, 1))
                .containsEntry("instance", "till-2.b")
                .containsEntry("firing", "2026-06-01T12:00:00Z")
                .containsEntry("since", NOON.plusSeconds(1));
        assertThat(now().get(0).text()).endsWith("waits for the end");
    }

    @Test
    void whoIsGoneIsToldApartFromWhoRuns() {
        shards.set(0, shard(0, "till-1.a", running(NOON, "till-0.x", NOON)));

        assertThat(now().get(0).code()).isEqualTo(Code.OWNER_GONE);
        assertThat(now().get(0).text()).contains("till-0.x").endsWith("recorded as lost");
    }

    @Test
    void whatIsDueIsToldAndWhatTheMisfirePolicySkips() {
        shards.set(0, shard(0, "till-1.a", ran(NOON.minusSeconds(60))));
        assertThat(codes(now())).containsExactly(Code.DUE, Code.NEXT_FIRING);
        assertThat(now().get(0).fields())
                .containsEntry("shards", List.of(0))
                .containsEntry("instance", "till-1.a")
                .containsEntry("since", NOON);

        stored = StoredJob.declared(
                job().set(JobKey.MISFIRE, "SKIP")
                        .set(JobKey.MISFIRE_THRESHOLD, "20s")
                        .build(),
                "shop",
                MADE);
        assertThat(codes(now())).containsExactly(Code.MISFIRE_SKIPPED, Code.NEXT_FIRING);
    }

    @Test
    void triggersThatWaitAreNumbered() {
        waiting.addAll(List.of(4L, 7L));

        assertThat(codes(now())).containsExactly(Code.TRIGGERS_WAITING, Code.NEXT_FIRING);
        assertThat(now().get(0).fields()).containsEntry("triggers", List.of(4L, 7L));
    }

    @Test
    void whatIsNotReadIsNotGuessed() {
        shards.set(0, new Shard(0, "till-1.a", ShardRecord.NEW, "a later version wrote it"));
        assertThat(codes(now())).containsExactly(Code.SHARD_UNREADABLE, Code.NEXT_FIRING);

        assertThat(codes(Explanation.now(situation(null), WELL, NOW)))
                .containsExactly(Code.RECORDS_UNKNOWN, Code.NEXT_FIRING);
        assertThat(codes(Explanation.at(situation(null), WELL, NOON, NOW)))
                .containsExactly(Code.RECORDS_UNKNOWN, Code.NEXT_FIRING);
    }

    @Test
    void aJobThatFiresByNoScheduleOrNoMoreSaysSo() {
        stored = StoredJob.declared(JobDefinition.named("orders").shards(2).build(), "shop", MADE);
        assertThat(codes(now())).containsExactly(Code.NO_SCHEDULE);

        stored = StoredJob.declared(
                JobDefinition.named("orders")
                        .shards(2)
                        .set(JobKey.AT, "2026-06-01T12:00:00Z")
                        .build(),
                "shop",
                MADE);
        assertThat(codes(now())).containsExactly(Code.SCHEDULE_OVER);
        assertThat(now().get(0).fields()).containsEntry("last", NOON);
    }

    @Test
    void whatHindersTheInstanceThatAnswersComesFirst() {
        observer =
                new Observer("till-1", NOON.minusSeconds(5), true, false, new Instance.Drain("bob", NOON, "new disk"));

        assertThat(codes(now()))
                .containsExactly(
                        Code.REGISTRY_AWAY, Code.INSTANCE_DRAINED, Code.CLOCK_OFF, Code.NO_FREE_SLOT, Code.NEXT_FIRING);
        assertThat(now().get(0).fields()).containsEntry("since", NOON.minusSeconds(5));
        assertThat(now().get(1).fields()).containsEntry("who", "bob").containsEntry("why", "new disk");
    }

    @Test
    void aJobThatThisVersionCanNotUseIsNotReasonedAbout() {
        Situation unusable =
                new Situation(stored, null, "misfire: \"LATER\" is not known here", live, obstacles, shards, waiting);

        assertThat(codes(Explanation.now(unusable, WELL, NOW))).containsExactly(Code.UNUSABLE);
        assertThat(codes(Explanation.at(unusable, WELL, NOON, NOW))).containsExactly(Code.UNUSABLE);
    }

    // ---- Of a time ------------------------------------------------------------------------------------------------

    @Test
    void aFiringThatHasRunIsToldWithItsOutcome() {
        assertThat(at(NOON)).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.HAS_RUN);
            assertThat(finding.fields())
                    .containsEntry("shards", List.of(0, 1))
                    .containsEntry("outcome", "SUCCEEDED")
                    .containsEntry("instance", "till-1.a");
        });
    }

    @Test
    void anInstantBesideTheScheduleIsToldWithItsNeighbours() {
        assertThat(codes(at(NOON.plusSeconds(10)))).containsExactly(Code.NOT_A_FIRE_TIME, Code.HAS_RUN);
        assertThat(at(NOON.plusSeconds(10)).get(0).fields())
                .containsEntry("before", NOON)
                .containsEntry("after", NOON.plusSeconds(60));
    }

    @Test
    void aFiringBeforeTheScheduleTookEffectWasNeverDue() {
        assertThat(codes(at(MADE.minusSeconds(60)))).containsExactly(Code.BEFORE_SINCE);
        assertThat(at(MADE.minusSeconds(60)).get(0).fields()).containsEntry("since", MADE);
    }

    @Test
    void aShardThatWasOffIsToldByWhenItWasEnabled() {
        switched(new Scope.Shard(1), false);
        switched(new Scope.Shard(1), true);
        shards.set(1, shard(1, "till-2.b", ran(NOON.minusSeconds(120))));

        assertThat(codes(at(NOON.minusSeconds(60)))).containsExactly(Code.LATER_FIRING_RAN, Code.BEFORE_SINCE);
        assertThat(at(NOON.minusSeconds(60)).get(1).fields())
                .containsEntry("shards", List.of(1))
                .containsEntry("since", NOON);
    }

    @Test
    void aFiringThatALaterOneOvertookIsToldAsFarAsTheRecordKnows() {
        shards.set(1, shard(1, "till-2.b", ran(NOON.minusSeconds(120)).decidedThrough(NOON)));

        assertThat(codes(at(NOON))).containsExactly(Code.HAS_RUN, Code.DECIDED_WITHOUT_RUNNING);
        assertThat(codes(at(NOON.minusSeconds(60))))
                .containsExactly(Code.LATER_FIRING_RAN, Code.DECIDED_WITHOUT_RUNNING);
    }

    @Test
    void ofAFiringThatIsStillToBeRunTheObstaclesAreTold() {
        shards.set(1, shard(1, "till-2.b", running(NOON.minusSeconds(60), "till-2.b", NOON.minusSeconds(59))));
        waiting.add(3L);

        assertThat(codes(at(NOON)))
                .containsExactly(Code.HAS_RUN, Code.RUNNING, Code.TRIGGERS_WAITING, Code.NEXT_FIRING);
    }

    @Test
    void ofAFiringToComeWhatStandsInItsWayIsTold() {
        switched(Scope.WHOLE_JOB, false);

        assertThat(codes(at(NOON.plusSeconds(60)))).containsExactly(Code.DISABLED);
        assertThat(codes(at(NOON.plusSeconds(61)))).containsExactly(Code.NOT_A_FIRE_TIME, Code.DISABLED);
    }

    @Test
    void ofAJobThatIsNotMonitoredNothingPastCanBeTold() {
        stored = StoredJob.declared(job().monitorExecution(false).build(), "shop", MADE);

        assertThat(codes(at(NOON))).containsExactly(Code.NOT_MONITORED);
    }

    private List<Finding> now() {
        return Explanation.now(situation(shards), observer, NOW);
    }

    private List<Finding> at(Instant at) {
        return Explanation.at(situation(shards), observer, at, NOW);
    }

    private Situation situation(List<Shard> known) {
        return new Situation(stored, stored.effective(), null, live, obstacles, known, waiting);
    }

    private void switched(Scope scope, boolean on) {
        stored = stored.switched(scope, on, ANN, NOON, Duration.ZERO);
    }

    private static List<Code> codes(List<Finding> findings) {
        return findings.stream().map(Finding::code).toList();
    }

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders").shards(2).every(Duration.ofMinutes(1));
    }

    private static Shard shard(int item, String assignee, ShardRecord record) {
        return new Shard(item, assignee, record, null);
    }

    private static ShardRecord ran(Instant firing) {
        return running(firing, "till-1.a", firing).completed(new Outcome.Succeeded(), firing, firing.plusSeconds(1));
    }

    private static ShardRecord running(Instant firing, String owner, Instant begun) {
        return ShardRecord.NEW.claimed(new Firing.Scheduled(firing), owner, 1, 0, begun);
    }
}
