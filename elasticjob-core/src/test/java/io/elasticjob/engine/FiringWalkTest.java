package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringClock;
import io.elasticjob.JobDefinition;
import io.elasticjob.memory.Faults;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The walk of a scheduled firing through the engine, as {@code docs/architecture.md} tells it: which turns of the loop it
 * takes, and what each of them wants done.
 */
class FiringWalkTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");

    /** Shorter than from one tick of the loop, which are in the middle of each second, to the next. */
    private static final Duration AROUND = Duration.ofMillis(400);

    private static final String TURN = "turn";
    private static final String COMMIT = "commit";
    private static final String START = "start";
    private static final String END = "end";

    private final World world = new World();
    private final List<String> walk = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"1, LOCAL", "50, LOCAL", "1, REGISTRY", "50, REGISTRY"})
    void aScheduledFiringTakesFiveTurnsAndTwoRequestsHoweverManyShardsItHas(int shards, FiringClock clock) {
        world.clock = clock;
        start(every("orders", shards).build());
        walkAround(TEN);

        assertThat(withoutTheRing(clock))
                .containsExactly(
                        TURN, COMMIT, // shortly before: claimed ahead
                        TURN, // the claim is acknowledged
                        TURN, START, // at the fire time
                        TURN, COMMIT, // the handler has ended
                        TURN, END); // the end is recorded
        assertThat(walk).filteredOn(START::equals).hasSize(shards);
        assertThat(walk).filteredOn(END::equals).hasSize(shards);
    }

    @Test
    void theListenersThreadIsWokenOnceForEachTurnWithEvents() {
        List<List<ElasticJobEvent>> woken = new ArrayList<>();
        List<ElasticJobEvent> told = new ArrayList<>();
        world.startWith(
                "a",
                rules -> rules.listener(told::add).eventExecutor(task -> {
                    told.clear();
                    task.run();
                    woken.add(List.copyOf(told));
                }),
                every("orders", 30).build(),
                every("bills", 30).build());
        world.time.passUntil(TEN.minus(AROUND));
        woken.clear();
        world.time.passUntil(TEN.plus(AROUND));

        assertThat(woken)
                .as("all have started, all have ended")
                .hasSize(2)
                .allSatisfy(events -> assertThat(events).hasSize(60));
    }

    @Test
    void manyJobsOfOneScheduleWalkTogether() {
        start(
                every("orders", 5).build(),
                every("bills", 5).build(),
                every("reports", 5).build());
        walkAround(TEN);

        assertThat(withoutRepetitions()).containsExactly(TURN, COMMIT, TURN, TURN, START, TURN, COMMIT, TURN, END);
    }

    @ParameterizedTest
    @EnumSource
    void withoutMonitoringItTakesThreeTurnsAndNoRequest(FiringClock clock) {
        world.clock = clock;
        start(every("orders", 3).monitorExecution(false).build());
        walkAround(TEN);

        assertThat(withoutTheRing(clock)).containsExactly(TURN, TURN, START, TURN, END);
    }

    private void walkAround(Instant fireTime) {
        world.time.passUntil(fireTime.minus(AROUND));
        walk.clear();
        world.time.passUntil(fireTime.plus(AROUND));
    }

    /** By the registry's clock it starts later than the fire source rings, which goes by the local one, in a turn of its own. */
    private List<String> withoutTheRing(FiringClock clock) {
        List<String> steps = withoutRepetitions();
        if (clock == FiringClock.REGISTRY) {
            int start = steps.indexOf(START);
            assertThat(steps.subList(start - 2, start)).containsExactly(TURN, TURN);
            steps.remove(start - 1);
        }
        return steps;
    }

    /** What many shards have done in the same turn counts once. */
    private List<String> withoutRepetitions() {
        List<String> steps = new ArrayList<>();
        for (String step : walk) {
            boolean repeats = !step.equals(TURN)
                    && !step.equals(COMMIT)
                    && !steps.isEmpty()
                    && steps.get(steps.size() - 1).equals(step);
            if (!repeats) {
                steps.add(step);
            }
        }
        return steps;
    }

    private void start(JobDefinition... jobs) {
        world.startWith(
                "a",
                rules -> rules.timekeeper(new Turns(world.time.watch(Duration.ZERO)))
                        .registry(new Requested())
                        .listener(this::heard),
                jobs);
    }

    private void heard(ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.ExecutionStarted) {
            walk.add(START);
        } else if (event instanceof ElasticJobEvent.ExecutionEnded) {
            walk.add(END);
        }
    }

    private static JobDefinition.Builder every(String name, int shards) {
        return JobDefinition.named(name).every(Duration.ofSeconds(10)).shards(shards);
    }

    /** Notes each turn of the loop. */
    private final class Turns implements Timekeeper {

        private final Timekeeper time;

        private Turns(Timekeeper time) {
            this.time = time;
        }

        @Override
        public Instant now() {
            return time.now();
        }

        @Override
        public long nanoTime() {
            return time.nanoTime();
        }

        @Override
        public void execute(Runnable turn) {
            time.execute(() -> {
                walk.add(TURN);
                turn.run();
            });
        }

        @Override
        public void after(Duration delay, Runnable task) {
            time.after(delay, task);
        }
    }

    /** Notes each request, which takes some time. */
    private final class Requested extends PassingRegistry {

        private Requested() {
            super(world.ensemble.client(World.SESSION, new Faults() {
                @Override
                public Duration request() {
                    return Duration.ofMillis(3);
                }
            }));
        }

        @Override
        public CompletionStage<Answer> commit(Session session, List<Write> writes) {
            walk.add(COMMIT);
            return super.commit(session, writes);
        }

        @Override
        public CompletionStage<List<Read>> read(Session session, List<String> paths) {
            walk.add("read");
            return super.read(session, paths);
        }

        @Override
        public CompletionStage<Read> readAndWatch(Session session, String path) {
            walk.add("read and watch");
            return super.readAndWatch(session, path);
        }

        @Override
        public CompletionStage<List<String>> children(Session session, String path) {
            walk.add("children");
            return super.children(session, path);
        }

        @Override
        public CompletionStage<Void> sync(Session session) {
            walk.add("sync");
            return super.sync(session);
        }
    }
}
