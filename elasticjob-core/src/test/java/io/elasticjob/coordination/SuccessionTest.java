package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cause;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Predecessor;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.JoinRecordCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Chain.Ancestor;
import io.elasticjob.coordination.Succession.Following;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SuccessionTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Ancestor A = new Ancestor("a", "1", new Firing.Scheduled(NOON), NOON);

    /** A namespace whose joins are read when they are asked for, and written by each close. */
    private static final class Namespace implements Succession.Jobs {

        final SortedMap<String, JobDefinition> definitions = new TreeMap<>();
        final Map<String, List<Predecessor>> last = new HashMap<>();
        final Map<String, String> refusing = new HashMap<>();
        final Map<String, JoinRecord> joins = new HashMap<>();
        int bytesOfATrigger = 100;

        Namespace with(String... jobs) {
            for (String job : jobs) {
                String[] parts = job.split("[<|]");
                JobDefinition.Builder builder = JobDefinition.named(parts[0]).set(JobKey.RECORD_FIRINGS, "true");
                if (parts.length > 1) {
                    builder.set(JobKey.AFTER, parts[1]);
                }
                if (parts.length > 2) {
                    builder.set(JobKey.JOIN, parts[2]);
                }
                definitions.put(parts[0], builder.build());
            }
            return this;
        }

        @Override
        public @Nullable JobDefinition definition(String job) {
            return definitions.get(job);
        }

        @Override
        public Optional<String> unusable(String job) {
            return Optional.empty();
        }

        @Override
        public Collection<Predecessor> lastPredecessorsOf(String job) {
            return last.getOrDefault(job, List.of());
        }

        @Override
        public Collection<String> successorsOf(String job) {
            TreeSet<String> all = new TreeSet<>();
            definitions.values().stream()
                    .filter(one ->
                            one.predecessors().stream().map(Predecessor::job).anyMatch(job::equals))
                    .forEach(one -> all.add(one.name()));
            return all;
        }

        @Override
        public Trigger trigger(String job, TriggerRequest request) {
            if (refusing.containsKey(job)) {
                throw new OperationRefusedException(refusing.get(job));
            }
            return new Trigger(
                    0,
                    NOON,
                    request.id(),
                    new Trigger.Content(new TreeSet<>(List.of(0)), 1, null, null),
                    false,
                    request.by(),
                    Map.of());
        }

        @Override
        public @Nullable JoinRecord joins(String job) {
            return joins.get(job);
        }

        @Override
        public Optional<String> unusableJoins(String job) {
            return Optional.empty();
        }

        @Override
        public int lengthOf(String job, Trigger trigger) {
            return TriggerCodec.encode(trigger).length + bytesOfATrigger;
        }

        @Override
        public int lengthOf(String job, JoinRecord record) {
            return JoinRecordCodec.encode(record).length;
        }

        Following close(String job, FiringResult result, Ancestor... ancestors) {
            return close(job, result, Map.of(), ancestors);
        }

        Following close(String job, FiringResult result, Map<Integer, String> results, Ancestor... ancestors) {
            Firing firing = ancestors.length == 0 ? A.firing() : new Firing.Triggered(3);
            FiringRecord.Whole whole =
                    new FiringRecord.Whole(firing, NOON, 1, new TreeSet<>(), NOON, 1, Arrays.asList(ancestors));
            return close(job, whole, result, results);
        }

        Following close(String job, FiringRecord.Whole whole, FiringResult result) {
            return close(job, whole, result, Map.of());
        }

        private Following close(
                String job, FiringRecord.Whole whole, FiringResult result, Map<Integer, String> results) {
            Succession.Ended ended =
                    new Succession.Ended(new Layout.JobLife(job, "1"), whole, result, results, "1-" + job);
            Following following = Succession.of(this, ended, NOON);
            while (!following.toRead().isEmpty()) {
                following.toRead().forEach(name -> joins.putIfAbsent(name, JoinRecord.NEW));
                following = Succession.of(this, ended, NOON);
            }
            joins.putAll(following.joins());
            return following;
        }
    }

    private static List<String> told(Following following) {
        return following.told().stream()
                .map(event -> event instanceof ElasticJobEvent.SuccessorNotTriggered not
                        ? not.successor() + ": " + not.reason()
                        : event.toString())
                .toList();
    }

    private static final FiringResult SUCCEEDED = FiringResult.SUCCEEDED;
    private static final FiringResult FAILED = FiringResult.FAILED;

    @Test
    void aSuccessorIsToldTheFiringWithItsResultsAndWhereItComesFrom() {
        Namespace jobs = new Namespace().with("a", "b<a", "c<b");

        Trigger trigger =
                jobs.close("b", SUCCEEDED, Map.of(0, "42 rows"), A).triggers().get("c");

        assertThat(trigger.content().chain())
                .isEqualTo(new Chain(
                        List.of(A, new Ancestor("b", "1", new Firing.Triggered(3), NOON)),
                        List.of(new Cause(
                                "b",
                                new Firing.Triggered(3),
                                NOON,
                                SUCCEEDED,
                                new TreeMap<>(Map.of(0, "42 rows")),
                                0))));
        assertThat(trigger.by().why()).isEqualTo("after b trigger-3 SUCCEEDED");
    }

    @Test
    void resultsThatHaveNoRoomAreCounted() {
        Namespace jobs = new Namespace().with("a", "b<a");
        Map<Integer, String> results = new HashMap<>();
        for (int shard = 0; shard < 20; shard++) {
            results.put(shard, "x".repeat(1_000));
        }

        Cause cause = jobs.close("a", SUCCEEDED, results)
                .triggers()
                .get("b")
                .content()
                .chain()
                .causes()
                .get(0);

        assertThat(cause.results().keySet()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(cause.omitted()).isEqualTo(12);
    }

    // ---- Joins
    // -----------------------------------------------------------------------------------------------------

    private static Namespace diamond(String join) {
        return new Namespace().with("a", "b<a", "c<a", "d<b,c|" + join);
    }

    @Test
    void aJoinRunsOnceAfterAllThatDescendFromOneFiring() {
        Namespace jobs = diamond("ALL");

        assertThat(jobs.close("b", SUCCEEDED, A).triggers()).isEmpty();
        Trigger trigger = jobs.close("c", SUCCEEDED, A).triggers().get("d");

        assertThat(trigger.content().chain().ancestors()).containsExactly(A);
        assertThat(trigger.content().chain().causes()).extracting(Cause::job).containsExactly("b", "c");
        assertThat(jobs.close("c", SUCCEEDED, A).triggers()).isEmpty();
    }

    @Test
    void aBranchThatFailsEndsTheJoinAndIsTold() {
        Namespace jobs = diamond("ALL");
        jobs.close("b", SUCCEEDED, A);

        assertThat(told(jobs.close("c", FAILED, A))).containsExactly("d: join=ALL: c/trigger-3 has ended as FAILED");
        assertThat(jobs.joins.get("d").done()).containsExactly(new JoinRecord.Done(A.identity(), false));
    }

    @Test
    void aBranchThatDoesNotRunArrivesAsNotWhenThatIsDecided() {
        Namespace jobs = new Namespace().with("a", "b<a", "c<a:ANY", "d<b,c|ALL", "e<d,c|ANY");

        Following following = jobs.close("a", FAILED);

        assertThat(following.triggers()).containsOnlyKeys("c");
        assertThat(told(following)).containsExactly("d: join=ALL: b does not run after a/2026-03-01T12:00:00Z");
        assertThat(jobs.joins.get("e").waiting()).singleElement().satisfies(entry -> {
            assertThat(entry.of()).isEqualTo(A);
            assertThat(entry.arrived().get("d")).isInstanceOf(JoinRecord.Arrival.Not.class);
        });
        assertThat(jobs.close("c", SUCCEEDED, A).triggers()).containsOnlyKeys("e");
    }

    @Test
    void aBranchThatIsRefusedArrivesAsNotThroughAllThatRunsAfterItAlone() {
        Namespace jobs = new Namespace().with("a", "b<a", "b2<b", "c<a", "d<b2,c|ALL");
        jobs.refusing.put("b", "b is disabled");

        assertThat(told(jobs.close("a", SUCCEEDED)))
                .containsExactly("b: b is disabled", "d: join=ALL: b2 does not run after a/2026-03-01T12:00:00Z");
    }

    @Test
    void aBranchThatMayStillComeAnotherWayIsWaitedFor() {
        Namespace jobs = new Namespace().with("a", "b<a", "c<a:ANY", "x<b,c", "d<x,c|ALL");

        Following following = jobs.close("a", FAILED);

        assertThat(following.told()).isEmpty();
        assertThat(following.joins()).isEmpty();
    }

    @Test
    void aFiringThatDescendsFromNoCommonOneDoesNotJoin() {
        Namespace jobs = diamond("ALL");
        jobs.close("b", SUCCEEDED, A);

        Following byHand = jobs.close("c", SUCCEEDED);

        assertThat(byHand.triggers()).isEmpty();
        assertThat(told(byHand))
                .containsExactly("d: join=ALL counts firings that descend from one of a, and this one does not");
        assertThat(jobs.joins.get("d").waiting().get(0).arrived()).containsOnlyKeys("b");
    }

    @Test
    void theNearestCommonAncestorTellsWhatBelongsTogether() {
        Namespace jobs = new Namespace().with("z", "a<z", "b<a", "c<a", "d<b,c|ALL");
        Ancestor z = new Ancestor("z", "1", new Firing.Scheduled(NOON), NOON);
        Ancestor first = new Ancestor("a", "1", new Firing.Triggered(1), NOON);
        Ancestor second = new Ancestor("a", "1", new Firing.Triggered(2), NOON);

        jobs.close("b", SUCCEEDED, z, first);
        assertThat(jobs.close("c", SUCCEEDED, z, second).triggers()).isEmpty();

        Trigger trigger = jobs.close("c", SUCCEEDED, z, first).triggers().get("d");
        assertThat(trigger.content().chain().ancestors()).containsExactly(z, first);
    }

    @Test
    void aPredecessorMayBeTheCommonAncestorItself() {
        Namespace jobs = new Namespace().with("a", "b<a", "d<a,b|ALL");

        assertThat(jobs.close("a", SUCCEEDED).triggers()).containsOnlyKeys("b");
        assertThat(jobs.close("b", SUCCEEDED, A).triggers()).containsOnlyKeys("d");
    }

    @Test
    void anyRunsAfterTheFirstAndNeverAgainForTheSame() {
        Namespace jobs = diamond("ANY");

        assertThat(jobs.close("b", SUCCEEDED, A).triggers()).containsOnlyKeys("d");
        assertThat(jobs.close("c", SUCCEEDED, A).triggers()).isEmpty();
    }

    @Test
    void aJoinThatIsRefusedIsDoneAndNotRunWhenSomethingElseCloses() {
        Namespace jobs = new Namespace().with("a", "b<a", "c<a", "d<b,c|ALL", "e<d");
        jobs.close("b", SUCCEEDED, A);
        jobs.refusing.put("d", "d is disabled");

        assertThat(told(jobs.close("c", SUCCEEDED, A))).containsExactly("d: d is disabled");
        jobs.refusing.clear();
        assertThat(jobs.close("b", SUCCEEDED, A).triggers()).isEmpty();
        assertThat(jobs.joins.get("d").done()).containsExactly(new JoinRecord.Done(A.identity(), false));
    }

    @Test
    void jobsWithNothingInCommonAreJoinedByTheLatestOfEach() {
        Namespace jobs = new Namespace().with("a", "b", "d<a,b|ALL");

        assertThat(jobs.close("a", SUCCEEDED).triggers()).isEmpty();
        assertThat(jobs.close("b", FAILED).triggers()).isEmpty();
        Trigger trigger = jobs.close("b", SUCCEEDED).triggers().get("d");

        assertThat(trigger.content().chain().ancestors()).isEmpty();
        assertThat(trigger.content().chain().causes()).hasSize(2);
        assertThat(jobs.close("b", SUCCEEDED).triggers()).isEmpty();
    }

    @Test
    void aJobOnTheWayThatNobodyKnowsMakesNothingUnrelated() {
        Namespace jobs = diamond("ALL");
        jobs.definitions.remove("c");

        assertThat(told(jobs.close("b", SUCCEEDED, A)))
                .containsExactly(
                        "d: join=ALL cannot tell which firings belong together: c is not known, so that nobody knows what it runs after");
    }

    @Test
    void theCommonAncestorItselfNeedNotBeThereAnyMore() {
        Namespace jobs = diamond("ALL");
        jobs.definitions.remove("a");
        jobs.close("b", SUCCEEDED, A);

        assertThat(jobs.close("c", SUCCEEDED, A).triggers()).containsOnlyKeys("d");
    }

    @Test
    void aMixOfJobsWithAndWithoutACommonAncestorDoesNotRun() {
        Namespace jobs = new Namespace().with("a", "b<a", "c<a", "x", "d<b,c,x|ALL");

        assertThat(told(jobs.close("b", SUCCEEDED, A)))
                .containsExactly(
                        "d: join=ALL cannot tell which firings belong together: b and c descend from a common job, and not all in after do");
    }

    // ---- Bounds
    // ----------------------------------------------------------------------------------------------------

    @Test
    void moreThanTwoHundredSuccessorsAreToldByName() {
        Namespace jobs = new Namespace().with("a");
        for (int i = 0; i <= Succession.MOST_SUCCESSORS; i++) {
            jobs.with(String.format("b%03d<a", i));
        }

        Following following = jobs.close("a", SUCCEEDED);

        assertThat(following.triggers()).hasSize(200);
        assertThat(told(following))
                .containsExactly("b200: more than 200 jobs run after a, and it is none of the first by name");
    }

    @Test
    void whatWouldMakeTheCloseTooLongIsToldAndTheRestRuns() {
        Namespace jobs = new Namespace().with("a", "b<a", "c<a");
        jobs.bytesOfATrigger = 300_000;

        Following following = jobs.close("a", SUCCEEDED);

        assertThat(following.triggers()).containsOnlyKeys("b");
        assertThat(told(following))
                .singleElement()
                .asString()
                .startsWith("c: its trigger would make")
                .contains("500000");
    }

    @Test
    void whatHasAnAncestorOfItsOwnNameIsACircleThoughTheSettingsOfNowHaveNone() {
        Namespace jobs = new Namespace().with("b", "c<b");
        Ancestor c = new Ancestor("c", "1", new Firing.Triggered(1), NOON);

        assertThat(told(jobs.close("b", SUCCEEDED, c)))
                .singleElement()
                .asString()
                .contains("both would run without end");
    }

    @Test
    void jobsThatRunAfterOneAnotherDoNotRunWithoutEnd() {
        Namespace jobs = new Namespace().with("b<c", "c<b");

        assertThat(told(jobs.close("b", SUCCEEDED))).singleElement().asString().contains("both would run without end");
    }

    @Test
    void aChainThatIsTooLongEnds() {
        Namespace jobs = new Namespace().with("b", "c<b");
        Ancestor[] many = new Ancestor[Chain.MOST_ANCESTORS];
        Arrays.setAll(many, i -> new Ancestor("a" + i, "1", new Firing.Triggered(1), NOON));

        assertThat(told(jobs.close("b", SUCCEEDED, many)))
                .containsExactly("c: 50 firings have followed one another already, and more are not run");
    }

    @Test
    void aFiringThatRunsAgainIsFollowedAsThatFiringAndAJoinThatMissedItRunsOnce() {
        Namespace jobs = new Namespace().with("a", "b<a", "c<a", "d<b,c|ALL", "e<b");
        jobs.close("a", SUCCEEDED);
        jobs.close("b", FAILED, A);
        jobs.close("c", SUCCEEDED, A);
        Firing.Past past = new Firing.Past(new Firing.Triggered(3), NOON);
        FiringRecord.Whole rerun = new FiringRecord.Whole(
                new Firing.Triggered(9, past), NOON.plusSeconds(90), 1, new TreeSet<>(), NOON, 1, List.of(A));

        Following again = jobs.close("b", rerun, SUCCEEDED);

        assertThat(again.triggers()).containsOnlyKeys("d", "e");
        assertThat(again.triggers().get("d").content().chain().causes())
                .extracting(Cause::job)
                .containsExactly("b", "c");
        assertThat(again.triggers().get("e").content().chain().causes())
                .singleElement()
                .satisfies(cause -> {
                    assertThat(cause.firing()).isEqualTo(past.firing());
                    assertThat(cause.fireTime()).isEqualTo(NOON);
                });
        assertThat(again.told()).isEmpty();
        Following twice = jobs.close("b", rerun, SUCCEEDED);
        assertThat(twice.triggers()).containsOnlyKeys("e");
        assertThat(told(twice)).singleElement().asString().startsWith("d: join=ALL has counted b/trigger-3 before");
    }
}
