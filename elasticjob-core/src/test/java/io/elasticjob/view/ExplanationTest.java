package io.elasticjob.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.view.Explanation.Observer;
import io.elasticjob.view.Finding.Code;
import io.elasticjob.view.LimitView.Counted;
import io.elasticjob.view.Situation.Shard;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A job of two shards that fires at every full minute; it is 30 seconds past noon, and all was well until noon. */
class ExplanationTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant NOW = NOON.plusSeconds(30);
    private static final Instant MADE = NOON.minus(Duration.ofHours(1));
    private static final Operator ANN = new Operator("ann", "stock-taking");
    private static final EngineStatus.Clock RIGHT = new EngineStatus.Clock(Duration.ZERO, false);
    private static final EngineStatus.Clock OFF = new EngineStatus.Clock(Duration.ofHours(1), true);
    private static final Observer WELL = new Observer("till-1", null, RIGHT, true, null, null);

    private List<LimitView> limits = List.of();
    private StoredJob stored = StoredJob.declared(job().build(), "shop", MADE);
    private final SortedSet<String> live = new TreeSet<>(List.of("till-1.a", "till-2.b"));
    private final Map<String, String> obstacles = new TreeMap<>();
    private final List<Shard> shards =
            new ArrayList<>(List.of(shard(0, "till-1.a", ran(NOON)), shard(1, "till-2.b", ran(NOON))));
    private final SortedSet<Long> waiting = new TreeSet<>();
    private Observer observer = WELL;
    private Standing standing = Standing.DECLARED;
    private final SortedMap<String, SortedSet<String>> sharedNames = new TreeMap<>();

    @Test
    void whereNothingIsInTheWayTheNextFiringIsTold() {
        assertThat(now()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.NEXT_FIRING);
            assertThat(finding.fields()).containsEntry("fireTime", NOON.plusSeconds(60));
            assertThat(finding.text()).isEqualTo("It fires next at 2026-06-01T12:01:00Z");
        });
    }

    @Test
    void theNextFiringAfterAnEndIsToldOfTheShardsThatHaveIt() {
        stored = StoredJob.declared(
                JobDefinition.named("orders")
                        .shards(2)
                        .fixedDelay(Duration.ofMinutes(10))
                        .build(),
                "shop",
                MADE);
        shards.set(0, shard(0, "till-1.a", ran(NOON.minusSeconds(120)).decidedThrough(NOON.minusSeconds(90))));
        shards.set(1, shard(1, "till-2.b", ran(NOON.minusSeconds(60)).decidedThrough(NOON.minusSeconds(30))));

        Finding next = now().get(now().size() - 1);
        assertThat(next.code()).isEqualTo(Code.NEXT_FIRING);
        assertThat(next.text())
                .isEqualTo("Each shard fires by itself, 10m after each end; the next one is at 2026-06-01T12:08:30Z, of"
                        + " shard(s) [0]");
        assertThat(next.fields())
                .containsEntry("fireTime", NOON.plusSeconds(510))
                .containsEntry("shards", List.of(0));
        assertThat(codes(at(NOON.minusSeconds(120)))).contains(Code.HAS_RUN).doesNotContain(Code.NOT_A_FIRE_TIME);
    }

    @Test
    void jitterIsToldBesideTheNextFiring() {
        stored = StoredJob.declared(job().set(JobKey.JITTER, "20s").build(), "shop", MADE);
        assertThat(now().get(0).text())
                .isEqualTo(
                        "It fires next at 2026-06-01T12:01:00Z; each shard starts up to 20s later, because of its jitter");
    }

    @Test
    void slotsThatAreStuckAreToldInPlaceOfThoseThatAreTaken() {
        observer = new Observer("till-1", null, RIGHT, false, NOON, null);
        assertThat(now()).first().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.SLOTS_STUCK);
            assertThat(finding.fields()).containsEntry("instance", "till-1").containsEntry("since", NOON);
        });
        assertThat(codes(now())).doesNotContain(Code.NO_FREE_SLOT);
    }

    @Test
    void aStarvedShardIsToldWithTheInstanceThatHasNoSlotForIt() {
        shards.set(0, new Shard(0, "till-1.a", ran(NOON.minusSeconds(60)), null, true));
        shards.set(1, new Shard(1, "till-2.b", ran(NOON), null, false));
        Finding starved = now().stream()
                .filter(finding -> finding.code() == Code.STARVED)
                .findFirst()
                .orElseThrow();
        assertThat(starved.fields()).containsEntry("shards", List.of(0)).containsEntry("instance", "till-1.a");
        assertThat(starved.text())
                .isEqualTo("Shard 0 is due, and till-1.a has had no free slot for long: another eligible instance runs"
                        + " this firing as soon as it has one");
    }

    @Test
    void whatAnotherInstanceHasTakenIsStarvedNoMore() {
        shards.set(
                0,
                new Shard(
                        0,
                        "till-1.a",
                        ran(NOON.minusSeconds(60)).claimed(new Firing.Scheduled(NOON), "till-2.b", 1, 0, NOON),
                        null,
                        true));
        assertThat(codes(now())).contains(Code.RUNNING).doesNotContain(Code.STARVED);
    }

    @Test
    void shardsThatHoldOnlyFromAFiringToComeAreTold() {
        stored = stored.redeclared(job().shards(4).build(), "shop", NOW, Duration.ofSeconds(25));

        Finding change = now().stream()
                .filter(finding -> finding.code() == Code.SHARDS_CHANGE)
                .findFirst()
                .orElseThrow();
        assertThat(change.fields())
                .containsEntry("from", NOON.plusSeconds(60))
                .containsEntry("shardingTotalCount", 4)
                .containsEntry("shardingTotalCountUntil", 2);
        assertThat(change.text())
                .startsWith(
                        "It is split into 4 shard(s), with their parameters, from the firing of 2026-06-01T12:01:00Z on");
    }

    @Test
    void anOperatorsSwitchIsToldWithWhoWhenAndWhy() {
        switched(JobPart.WHOLE_JOB, false);

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
        switched(new JobPart.Shard(1), false);

        assertThat(codes(now())).containsExactly(Code.SHARD_DISABLED, Code.NEXT_FIRING);
        assertThat(now().get(0).fields()).containsEntry("shards", List.of(1)).containsEntry("who", "ann");

        switched(new JobPart.Shard(1), true);
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
    void aJobThatAsksForMoreInstancesThanMayRunItWaits() {
        stored = StoredJob.declared(job().set(JobKey.MIN_INSTANCES, "2").build(), "shop", MADE);
        assertThat(codes(now())).as("two may").containsExactly(Code.NEXT_FIRING);

        obstacles.put("till-1.a", "is draining");
        assertThat(codes(now())).containsExactly(Code.TOO_FEW_INSTANCES, Code.INSTANCE_NOT_ELIGIBLE);
        assertThat(now().get(0).fields()).containsEntry("eligible", 1).containsEntry("minInstances", 2);
        assertThat(now().get(0).text())
                .isEqualTo("The job starts nothing, because it asks for at least 2 eligible instances (minInstances)"
                        + " and 1 is eligible");
    }

    @Test
    void aShardThatNoInstanceHasRoomForIsTold() {
        stored = StoredJob.declared(
                job().set(JobKey.MAX_SHARDS_PER_INSTANCE, "1").build(), "shop", MADE);
        shards.set(1, shard(1, null, ran(NOON)));

        assertThat(codes(now())).containsExactly(Code.NO_ROOM, Code.NEXT_FIRING);
        assertThat(now().get(0).fields()).containsEntry("shards", List.of(1)).containsEntry("maxShardsPerInstance", 1);
        assertThat(now().get(0).text())
                .isEqualTo(
                        "Shard 1 has no instance: each eligible instance has as many shards of the job as it may have"
                                + " (maxShardsPerInstance=1); they run when another instance starts");
    }

    @Test
    void whatIsDeclaredAndDoesNotHoldIsTold() {
        stored = stored.configured(Map.of(JobKey.MISFIRE, "SKIP"), ANN, NOON, Duration.ZERO);

        Finding hidden = now().stream()
                .filter(finding -> finding.code() == Code.DECLARATION_HIDDEN)
                .findFirst()
                .orElseThrow();
        assertThat(hidden.text())
                .isEqualTo("misfire=FIRE_ONCE is declared but overridden: misfire=SKIP was set by ann at"
                        + " 2026-06-01T12:00:00Z: stock-taking");
        assertThat(hidden.fields()).containsEntry("key", "misfire").containsEntry("who", "ann");
    }

    @Test
    void aNameThatSeveralInstancesBearIsTold() {
        sharedNames.put("till", new TreeSet<>(List.of("till.a", "till.b")));

        Finding shared = now().get(0);
        assertThat(shared.code()).isEqualTo(Code.NAME_SHARED);
        assertThat(shared.fields()).containsEntry("instances", List.of("till.a", "till.b"));
    }

    @Test
    void aJobThatItsApplicationDeclaresNoMoreIsToldWithWhatToDo() {
        standing = Standing.UNDECLARED;
        stored = stored.undeclared(NOON);
        obstacles.put("till-1.a", "waits");
        obstacles.put("till-2.b", "waits");

        assertThat(now()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.UNDECLARED);
            assertThat(finding.fields()).containsEntry("application", "shop").containsEntry("since", NOON);
            assertThat(finding.text())
                    .startsWith(
                            "Instances of shop are live, and none of them declares the job, since 2026-06-01T12:00:00Z")
                    .endsWith("it is removed automatically after elasticjob.leftovers.forget-jobs-after");
        });

        stored = stored.switched(new JobPart.Shard(1), false, ANN, NOON, Duration.ZERO);
        assertThat(now())
                .filteredOn(finding -> finding.code() == Code.UNDECLARED)
                .singleElement()
                .satisfies(finding -> assertThat(finding.text()).contains("an operator has changed it"));
    }

    @Test
    void aJobWhoseApplicationIsAwayLosesNothing() {
        standing = Standing.ABSENT;
        obstacles.put("till-1.a", "is a copy of mail");
        obstacles.put("till-2.b", "is a copy of mail");

        assertThat(now()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.UNDECLARED);
            assertThat(finding.fields()).doesNotContainKey("since").containsEntry("instances", 2);
            assertThat(finding.text()).startsWith("No instance of shop").endsWith("loses nothing until then");
        });
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
    void anArrayWhoseInstanceIsGoneIsToldWithItsCluster() {
        ShardRecord record =
                running(NOON, "till-0.x", NOON).withArray(ArrayPlace.none(3).at("slurm", "ej-1"));
        shards.set(0, shard(0, "till-1.a", record));

        assertThat(now().get(0).code()).isEqualTo(Code.ARRAY_ALONE);
        assertThat(now().get(0).fields()).containsEntry("cluster", "slurm").containsEntry("instance", "till-0.x");
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
        shards.set(0, new Shard(0, "till-1.a", ShardRecord.NEW, "a later version wrote it", false));
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

        stored = StoredJob.declared(
                JobDefinition.named("orders")
                        .shards(2)
                        .cron("0 0 3 1 1 ? 2020", java.time.ZoneOffset.UTC)
                        .build(),
                "shop",
                MADE);
        assertThat(now().get(0).text())
                .endsWith("has no further fire time: its last was 2020-01-01T03:00:00Z, and it took effect only at "
                        + MADE + ", so that it never fires");
    }

    @Test
    void whatHindersTheInstanceThatAnswersComesFirst() {
        observer = new Observer(
                "till-1", NOON.minusSeconds(5), OFF, false, null, new Instance.Drain("bob", NOON, "new disk"));

        assertThat(codes(now()))
                .containsExactly(
                        Code.REGISTRY_AWAY, Code.INSTANCE_DRAINED, Code.CLOCK_OFF, Code.NO_FREE_SLOT, Code.NEXT_FIRING);
        assertThat(now().get(0).fields()).containsEntry("since", NOON.minusSeconds(5));
        assertThat(now().get(1).fields()).containsEntry("who", "bob").containsEntry("why", "new disk");
    }

    @Test
    void whatIsWrongWithClocksIsSaidOfTheInstanceThatAnswers() {
        Duration hour = Duration.ofHours(1);
        observer = new Observer(
                "till-1", null, new EngineStatus.Clock(hour, EngineStatus.WallClock.IGNORED, null), true, null, null);
        assertThat(codes(now())).containsExactly(Code.CLOCK_IGNORED, Code.NEXT_FIRING);
        assertThat(now().get(0).text()).contains("differs from ZooKeeper's by 1h, which does no harm");
        assertThat(now().get(0).fields()).containsEntry("clockSkew", hour);

        observer = new Observer(
                "till-1",
                null,
                new EngineStatus.Clock(Duration.ZERO, EngineStatus.WallClock.RIGHT, hour),
                true,
                null,
                null);
        assertThat(codes(now())).containsExactly(Code.REGISTRY_CLOCK_STEPPED, Code.NEXT_FIRING);
        assertThat(now().get(0).fields()).containsEntry("registryClockStep", hour);
    }

    @Test
    void aJobThatThisVersionCanNotUseIsNotReasonedAbout() {
        Situation unusable = new Situation(
                new Situation.Job(stored, null, "misfire: \"LATER\" is not known here", Standing.DECLARED),
                new Situation.Instances(live, obstacles, new TreeMap<>()),
                shards,
                waiting);

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
    void aFireTimeThatTheLimitsTakeAwayIsToldWithThem() {
        stored = StoredJob.declared(
                job().set(JobKey.BETWEEN, "00:00-12:00").set(JobKey.ZONE, "UTC").build(), "shop", MADE);

        Finding excluded = at(NOON).get(0);
        assertThat(excluded.code()).isEqualTo(Code.NOT_A_FIRE_TIME);
        assertThat(excluded.text())
                .startsWith("2026-06-01T12:00:00Z is excluded by the limits of the current schedule (every 1m, between"
                        + " 00:00-12:00 in UTC)");
        assertThat(excluded.fields())
                .containsEntry("before", NOON.minusSeconds(60))
                .containsEntry("after", Instant.parse("2026-06-02T00:00:00Z"));
        assertThat(at(NOON.plusSeconds(10)).get(0).text()).contains(" is not a fire time of the current schedule (");
    }

    @Test
    void aFiringBeforeTheScheduleTookEffectWasNeverDue() {
        assertThat(codes(at(MADE.minusSeconds(60)))).containsExactly(Code.BEFORE_SINCE);
        assertThat(at(MADE.minusSeconds(60)).get(0).fields()).containsEntry("since", MADE);
    }

    @Test
    void aShardThatWasOffIsToldByWhenItWasEnabled() {
        switched(new JobPart.Shard(1), false);
        switched(new JobPart.Shard(1), true);
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
    void aShardThatIsClaimedAheadBeginsAndDoesNotRunYet() {
        shards.set(0, shard(0, "till-1.a", running(NOON.plusSeconds(60), "till-1.a", NOW.plusMillis(150))));

        assertThat(now().get(0).code()).isEqualTo(Code.RUNNING);
        assertThat(now().get(0).text()).contains(" begins on till-1.a at 2026-06-01T12:00:30.150Z; ");
    }

    @Test
    void triggersAreToldByTheirNumbers() {
        waiting.add(0L);
        assertThat(now().get(0).text()).isEqualTo("Trigger 0 is not done");

        waiting.add(4L);
        assertThat(now().get(0).text()).isEqualTo("The triggers 0, 4 are not done");
    }

    @Test
    void aFiringThatAChangeOfTheClockWillMoveIsTold() {
        stored = StoredJob.declared(
                JobDefinition.named("orders")
                        .shards(2)
                        .cron("0 30 2 * * ?", ZoneId.of("Europe/Berlin"))
                        .build(),
                "shop",
                NOW);

        Finding change = now().get(now().size() - 1);
        assertThat(change.code()).isEqualTo(Code.CLOCK_CHANGE);
        assertThat(change.text())
                .isEqualTo("The clock of Europe/Berlin will skip 2027-03-28T02:30: the firing named for it comes at"
                        + " 2027-03-28T01:30:00Z, when that clock reads 2027-03-28T03:30");
        assertThat(change.fields())
                .containsEntry("fireTime", Instant.parse("2027-03-28T01:30:00Z"))
                .containsEntry("named", "2027-03-28T02:30")
                .containsEntry("reads", "2027-03-28T03:30");
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
        switched(JobPart.WHOLE_JOB, false);

        assertThat(codes(at(NOON.plusSeconds(60)))).containsExactly(Code.DISABLED);
        assertThat(codes(at(NOON.plusSeconds(61)))).containsExactly(Code.NOT_A_FIRE_TIME, Code.DISABLED);
    }

    @Test
    void ofAJobThatIsNotMonitoredNothingPastCanBeTold() {
        stored = StoredJob.declared(job().monitorExecution(false).build(), "shop", MADE);

        assertThat(codes(at(NOON))).containsExactly(Code.NOT_MONITORED);
    }

    @Test
    void whoWaitsForALimitHearsWhoHasItAndWhoIsBefore() {
        limits = List.of(
                new LimitView("orders", true, 1, List.of(new Counted("orders", 1)), List.of(new Counted("orders", 0))),
                new LimitView(
                        "db",
                        false,
                        2,
                        List.of(new Counted("bills", 0), new Counted("orders", 1)),
                        List.of(new Counted("bills", 3), new Counted("orders", 0))),
                new LimitView("api", false, 9, List.of(), List.of(new Counted("bills", 4))));

        List<Finding> found =
                now().stream().filter(finding -> finding.code() == Code.LIMITED).toList();

        assertThat(found)
                .extracting(Finding::text)
                .containsExactly(
                        "Shard 0 waits for room: maxConcurrentShards lets 1 shard run at the same time, and orders/1 runs",
                        "Shard 0 waits for room: the limit db lets 2 shards run at the same time, and bills/0, orders/1"
                                + " run; 1 shard of another job that waited before starts first");
        assertThat(found.get(1).fields())
                .containsEntry("limit", "db")
                .containsEntry("most", 2)
                .containsEntry("holders", List.of("bills/0", "orders/1"))
                .containsEntry("before", 1);
    }

    @Test
    void aLimitThatNobodyHasDeclaredIsTold() {
        limits = List.of(new LimitView("db", false, null, List.of(), List.of()));

        assertThat(now())
                .filteredOn(finding -> finding.code() == Code.LIMIT_UNKNOWN)
                .singleElement()
                .satisfies(finding -> assertThat(finding.text()).contains("elasticjob.limits.db"));
    }

    private List<Finding> now() {
        return Explanation.now(situation(shards), observer, NOW);
    }

    private List<Finding> at(Instant at) {
        return Explanation.at(situation(shards), observer, at, NOW);
    }

    private Situation situation(List<Shard> known) {
        return new Situation(
                new Situation.Job(stored, stored.effective(), null, standing),
                new Situation.Instances(live, obstacles, sharedNames),
                known,
                waiting,
                limits);
    }

    private void switched(JobPart part, boolean on) {
        stored = stored.switched(part, on, ANN, NOON, Duration.ZERO);
    }

    private static List<Code> codes(List<Finding> findings) {
        return findings.stream().map(Finding::code).toList();
    }

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders").shards(2).every(Duration.ofMinutes(1));
    }

    private static Shard shard(int item, @Nullable String assignee, ShardRecord record) {
        return new Shard(item, assignee, record, null, false);
    }

    private static ShardRecord ran(Instant firing) {
        return running(firing, "till-1.a", firing).completed(new Outcome.Succeeded(), firing, firing.plusSeconds(1));
    }

    private static ShardRecord running(Instant firing, String owner, Instant begun) {
        return ShardRecord.NEW.claimed(new Firing.Scheduled(firing), owner, 1, 0, begun);
    }
}
