package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.TriggerRequest;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Jobs that each instance runs as a whole. */
class BroadcastTest {

    private static final int FIRST = ProcessShards.FIRST;
    private static final Operator ANN = new Operator("ann", "try");

    /** Twice the session timeout and the largest difference of clocks, and a round of the leader's. */
    private static final int TAKEN_BACK = 2 * (6 + 10) + 12;

    private static final JobDefinition REFRESH = JobDefinition.named("refresh")
            .every(Duration.ofSeconds(10))
            .set(JobKey.BROADCAST, "true")
            .build();

    private static final JobDefinition SLOW = JobDefinition.named("slow").build();

    private final World world = new World();

    @Test
    void eachFiringRunsOnceOnEachLiveInstance() {
        world.start("a", REFRESH);
        world.start("b", REFRESH);
        world.start("c", REFRESH);
        world.seconds(31);

        for (int second = 10; second <= 30; second += 10) {
            assertThat(ranOn(second)).isEqualTo("a b c");
        }
        assertThat(world.ledger.entries()).allSatisfy(entry -> {
            assertThat(entry.context.shardingItem()).isZero();
            assertThat(entry.context.shardingTotalCount()).isEqualTo(1);
        });
    }

    @Test
    void whoJoinsRunsWhatComesDueAfterThatOnly() {
        world.start("a", REFRESH);
        world.seconds(15);
        world.start("b", REFRESH);
        world.seconds(10);

        assertThat(ranOn(10)).isEqualTo("a");
        assertThat(ranOn(20)).isEqualTo("a b");
        assertThat(world.runs("refresh")).isEqualTo(3);
    }

    @Test
    void whatAKilledOneHadBegunIsLostAndNobodyElseRunsIt() {
        Process a = world.start("a", REFRESH);
        Process b = world.start("b", REFRESH);
        b.duration = Duration.ofSeconds(5);
        world.seconds(11);
        b.kill();
        world.seconds(TAKEN_BACK + 10);

        assertThat(ranOn(10)).isEqualTo("a b");
        assertThat(ranOn(20)).isEqualTo("a");
        assertThat(a.events(ElasticJobEvent.OwnerDied.class)).singleElement().satisfies(died -> {
            assertThat(died.owner()).startsWith("b.");
            assertThat(died.retried()).isFalse();
            assertThat(died.fencingToken()).isPositive();
        });
        assertThat(a.events(ElasticJobEvent.ProcessShardsTakenBack.class))
                .singleElement()
                .satisfies(taken -> assertThat(taken.shards()).isEqualTo(Map.of(FIRST + 1, "b")));

        world.start("c", REFRESH);
        world.seconds(10);
        assertThat(a.detail("refresh").orElseThrow().job().processes().values())
                .as("the next one gets the same shard")
                .anyMatch(id -> id.startsWith("c."));
        assertThat(a.detail("refresh").orElseThrow().job().processes().keySet()).containsExactly(FIRST, FIRST + 1);
    }

    @Test
    void aProcessThatStartsAgainBeforeItsShardIsTakenBackGetsAnotherOne() {
        world.start("a", REFRESH);
        Process b = world.start("b", REFRESH);
        world.seconds(11);
        b.kill();
        world.seconds(3);
        world.start("b", REFRESH);
        world.seconds(TAKEN_BACK + 10);

        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.process.equals("b"))
                        .map(entry -> entry.id.shard())
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(FIRST + 1, FIRST + 2);
        assertThat(ranOn(20)).isEqualTo("a b");
    }

    @Test
    void aProcessThatComesBackUnderAnotherSessionGoesOnInItsShard() {
        world.start("a", REFRESH);
        Process b = world.start("b", REFRESH);
        world.seconds(11);
        b.registry.link().expire();
        world.seconds(TAKEN_BACK);

        assertThat(ranOn(20)).isEqualTo("a b");
        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.process.equals("b"))
                        .map(entry -> entry.id.shard())
                        .collect(Collectors.toSet()))
                .containsExactly(FIRST + 1);
    }

    @Test
    void anInstanceOnWhichItIsSwitchedOffRunsNothingOfItAndTheOthersDo() {
        Process a = world.start("a", REFRESH);
        world.start("b", REFRESH);
        world.seconds(11);
        assertThat(world.isDone(a.engine.operations().disable("refresh", new JobPart.OnInstance("b"), ANN)))
                .isTrue();
        world.seconds(TAKEN_BACK + 10);

        assertThat(ranOn(20)).isEqualTo("a");
        assertThat(a.detail("refresh").orElseThrow().job().processes().values()).allMatch(id -> id.startsWith("a."));

        long before = world.runs("refresh");
        assertThat(world.isDone(a.engine.operations().enable("refresh", new JobPart.OnInstance("b"), ANN)))
                .isTrue();
        world.settle();
        assertThat(world.runs("refresh"))
                .as("what it missed is not made up for")
                .isEqualTo(before);
        world.seconds(10);
        assertThat(world.runs("refresh")).isEqualTo(before + 2);
    }

    @Test
    void aTriggerRunsOnceOnEach() {
        Process a = world.start("a", REFRESH);
        world.start("b", REFRESH);
        var receipt = world.now(a.engine.operations().trigger(TriggerRequest.of("refresh")));
        world.seconds(2);

        assertThat(ran().count()).isEqualTo(2);
        assertThat(ran().map(entry -> entry.process)).containsExactlyInAnyOrder("a", "b");
        assertThat(receipt.completion().toCompletableFuture()).isCompleted();
    }

    private Stream<Ledger.Entry> ran() {
        return world.ledger.entries().stream().filter(entry -> entry.id.job().equals("refresh"));
    }

    @Test
    void aTriggerEndsThoughOneOfThemIsGone() {
        Process a = world.start("a", REFRESH);
        Process b = world.start("b", REFRESH);
        b.duration = Duration.ofSeconds(60);
        var receipt = world.now(a.engine.operations().trigger(TriggerRequest.of("refresh")));
        b.kill();
        world.seconds(TAKEN_BACK + 40);

        assertThat(receipt.completion().toCompletableFuture()).isCompleted();
        assertThat(a.detail("refresh").orElseThrow().triggers()).isEmpty();
    }

    @Test
    void aChangeHoldsFromAFiringOnThatNobodyCanHaveBegun() {
        JobDefinition split = JobDefinition.named("refresh")
                .every(Duration.ofSeconds(30))
                .shards(3)
                .build();
        Process a = world.start("a", split);
        world.start("b", split);
        world.seconds(31);
        assertThat(world.isDone(configure(a, "shardingTotalCount=1,broadcast=true")))
                .isTrue();
        world.seconds(90);
        assertThat(world.isDone(a.engine.operations().reset("refresh", Set.of(), ANN)))
                .isTrue();
        world.seconds(90);

        assertThat(shardsOf(30)).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(world.ran("refresh", at(60))).isEqualTo("a:10000 b:10001");
        assertThat(world.ran("refresh", at(90))).isEqualTo("a:10000 b:10001");
        assertThat(world.ran("refresh", at(120))).isEqualTo("a:10000 b:10001");
        assertThat(shardsOf(150)).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(shardsOf(180)).containsExactlyInAnyOrder(0, 1, 2);
    }

    /** The firings of the job are recorded from then on, also that of the trigger, which has no count of shards. */
    @Test
    void aTriggerThatIsPendingWhenTheJobIsSplitAndRecordedComesToItsEnd() {
        Process a = world.start("a", REFRESH);
        Process b = world.start("b", REFRESH);
        b.duration = Duration.ofSeconds(8);
        a.duration = Duration.ofSeconds(8);
        var receipt = world.now(a.engine.operations().trigger(TriggerRequest.of("refresh")));
        world.now(a.engine.operations().trigger(TriggerRequest.of("refresh")));
        world.seconds(1);
        assertThat(world.isDone(configure(a, "broadcast=false,recordFirings=true")))
                .isTrue();
        world.seconds(120);

        assertThat(receipt.completion().toCompletableFuture()).isCompleted();
        assertThat(a.detail("refresh").orElseThrow().triggers()).isEmpty();
        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class)).isEmpty();
        assertThat(b.events(ElasticJobEvent.ValueUnreadable.class)).isEmpty();
        assertThat(shardsOf(120)).contains(0);
    }

    private List<Integer> shardsOf(int second) {
        return ran().filter(entry -> entry.fireTime.equals(at(second)))
                .map(entry -> entry.id.shard())
                .toList();
    }

    private CompletionStage<?> configure(Process process, String settings) {
        Map<JobKey, String> values = new TreeMap<>();
        for (String one : settings.split(",")) {
            values.put(JobKey.of(one.split("=")[0]).orElseThrow(), one.split("=")[1]);
        }
        return process.engine.operations().configure("refresh", values, ANN);
    }

    @Test
    void noMoreAtATimeThanTheJobSays() {
        JobDefinition oneByOne = JobDefinition.named("refresh")
                .every(Duration.ofSeconds(30))
                .set(JobKey.BROADCAST, "true")
                .set(JobKey.MAX_CONCURRENT_SHARDS, "1")
                .build();
        for (String name : List.of("a", "b", "c")) {
            world.start(name, oneByOne).duration = Duration.ofSeconds(3);
        }
        world.seconds(50);

        List<Ledger.Entry> entries = ran().toList();
        assertThat(entries).extracting(entry -> entry.process).containsExactlyInAnyOrder("a", "b", "c");
        for (int i = 1; i < entries.size(); i++) {
            assertThat(entries.get(i).started).isAfterOrEqualTo(entries.get(i - 1).ended);
        }
    }

    @Test
    void whatAnInstanceHasNoSlotForWaitsForIt() {
        world.starvedAfterOfNext = Duration.ofSeconds(2);
        Process a = world.start("a", 1, REFRESH, SLOW);
        world.start("b", 64, REFRESH);
        a.duration = Duration.ofSeconds(15);
        world.now(a.engine.operations().trigger(TriggerRequest.of("slow")));
        world.seconds(14);

        assertThat(ranOn(10)).isEqualTo("b");
        assertThat(world.ensemble.children("/test")).doesNotContain("offers");
        world.seconds(10);
        assertThat(ranOn(10)).isEqualTo("a b");
    }

    @Test
    void jobsThatAreNotBroadcastSayNothingOfIt() {
        world.start(
                "a", JobDefinition.named("orders").every(Duration.ofSeconds(10)).build());
        world.seconds(20);

        String stored =
                new String(((Read.Present) world.ensemble.node("/test/jobs/orders")).data(), StandardCharsets.UTF_8);
        assertThat(stored).doesNotContain("broadcast", "processes");
    }

    private static Instant at(int second) {
        return Instant.parse("2026-01-01T00:00:00Z").plusSeconds(second);
    }

    /** Names of the processes that ran the firing, each as often as it did. */
    private String ranOn(int second) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.id.job().equals("refresh") && entry.fireTime.equals(at(second)))
                .map(entry -> entry.process)
                .sorted()
                .collect(Collectors.joining(" "));
    }
}
