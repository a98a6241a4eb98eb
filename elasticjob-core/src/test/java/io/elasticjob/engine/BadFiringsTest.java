package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.FiringListener;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.RerunRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What somebody may ask of firings as wholes, chains and reruns that makes no sense while the jobs run: each is refused with key,
 * value and rule, and costs nothing else. What makes no sense by itself is in {@code impossible-combinations.csv}.
 */
class BadFiringsTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");
    private static final Operator ANN = new Operator("ann", "try");
    private static final Firing AT_TEN = new Firing.Scheduled(TEN);

    private final World world = new World();

    private static Arguments change(String job, JobKey key, String value, String named, String rule) {
        return change(job, key, value, key, named, rule);
    }

    private static Arguments change(String job, JobKey key, String value, JobKey refused, String named, String rule) {
        Function<JobOperations, CompletionStage<?>> ask = asked -> asked.configure(job, Map.of(key, value), ANN);
        return Arguments.of(job + " " + key.key() + "=" + value, ask, job + "." + refused.key(), named, rule);
    }

    private static Arguments rerun(String what, Function<RerunRequest, RerunRequest> of, String... refusal) {
        Function<JobOperations, CompletionStage<?>> ask =
                asked -> asked.rerun(of.apply(RerunRequest.of("orders", AT_TEN)).by(ANN));
        return Arguments.of(what, ask, refusal[0], refusal[1], refusal[2]);
    }

    static Stream<Arguments> whatMakesNoSense() {
        return Stream.of(
                change("bills", JobKey.AFTER, "ordres", "ordres", "is not the name of a job of this namespace"),
                change("bills", JobKey.AFTER, "light", "light", "set recordFirings=true of light"),
                change("bills", JobKey.AFTER, "bills", "bills", "must not name the job itself"),
                change("orders", JobKey.AFTER, "mails", "mails", "makes a circle"),
                change("bills", JobKey.AFTER, "orders:DONE", "orders:DONE", "must be names of jobs"),
                change("bills", JobKey.JOIN, "ALL", "ALL", "needs two jobs or more in after"),
                change(
                        "report",
                        JobKey.AFTER,
                        "bills,mails,alone",
                        JobKey.JOIN,
                        "ALL",
                        "cannot tell which firings belong together"),
                change("orders", JobKey.FIRING_LISTENERS, "adit", "adit", "is not the name of a firing listener"),
                change("orders", JobKey.FIRING_LISTENERS, "audit,audit", "audit,audit", "each of them once"),
                change(
                        "orders",
                        JobKey.MONITOR_EXECUTION,
                        "false",
                        JobKey.RECORD_FIRINGS,
                        "true",
                        "needs monitorExecution=true"),
                change("light", JobKey.FIRING_DEADLINE, "5m", "5m", "needs recordFirings=true"),
                change("orders", JobKey.FIRING_DEADLINE, "366d", "366d", "must be at most 365d"),
                change("orders", JobKey.FIRING_LISTENER_TIMEOUT, "2d", "2d", "must be at most 1d"),
                rerun(
                        "a firing of which nothing is kept",
                        any -> RerunRequest.of("orders", new Firing.Scheduled(TEN.minusSeconds(10))),
                        "firing",
                        "2026-01-01T00:00:00Z",
                        "has no record by which it could run again"),
                rerun(
                        "a shard that there was not",
                        known -> known.withShards(new TreeSet<>(Set.of(2))),
                        "shards",
                        "2",
                        "does not exist: the firing 2026-01-01T00:00:10Z of orders had the shards 0, 1"),
                rerun(
                        "a job without a record",
                        any -> RerunRequest.of("light", AT_TEN),
                        "light.recordFirings",
                        "false",
                        "must be true"),
                rerun(
                        "too many firings",
                        any -> RerunRequest.of(
                                "orders",
                                IntStream.rangeClosed(0, RerunRequest.MOST_FIRINGS)
                                        .mapToObj(i -> (Firing) new Firing.Scheduled(TEN.plusSeconds(i)))
                                        .toList()),
                        "firings",
                        "51",
                        "must be from 1 to 50 firings at once"),
                rerun(
                        "no firing",
                        any -> RerunRequest.of("orders", List.of()),
                        "firings",
                        "0",
                        "must be from 1 to 50 firings at once"),
                rerun("an id that cannot stand in a path", known -> known.withId("a/b"), "id", "a/b", "must"),
                rerun(
                        "an interval that ends before it begins",
                        any -> RerunRequest.failedBetween("orders", TEN, TEN.minusSeconds(1)),
                        "to",
                        "2026-01-01T00:00:09Z",
                        "must"));
    }

    private World.Process start() {
        JobDefinition.Builder orders = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .shards(2)
                .set(JobKey.RECORD_FIRINGS, "true");
        World.Process a = world.startWith(
                "a",
                builder -> builder.firingListeners(Map.of("audit", new FiringListener() {})),
                orders.build(),
                after("bills", "orders", "EACH"),
                after("mails", "bills", "EACH"),
                after("report", "bills,mails", "ALL"),
                JobDefinition.named("alone").set(JobKey.RECORD_FIRINGS, "true").build(),
                JobDefinition.named("light").build());
        world.time.passUntil(TEN.plusSeconds(3));
        return a;
    }

    private static JobDefinition after(String name, String after, String join) {
        return JobDefinition.named(name)
                .set(JobKey.AFTER, after)
                .set(JobKey.JOIN, join)
                .set(JobKey.RECORD_FIRINGS, "true")
                .build();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatMakesNoSense")
    void whatMakesNoSenseIsRefusedByKeyValueAndRule(
            String what, Function<JobOperations, CompletionStage<?>> ask, String key, String value, String rule) {
        World.Process a = start();

        Throwable refused = refusal(a, ask);

        assertThat(refused).isInstanceOfSatisfying(InvalidSettingException.class, it -> {
            assertThat(it.key()).isEqualTo(key);
            assertThat(it.value()).isEqualTo(value);
            assertThat(it.rule()).contains(rule);
        });
        world.time.passUntil(TEN.plusSeconds(13));
        assertThat(world.runs("orders")).isEqualTo(4);
        assertThat(world.runs("mails")).isEqualTo(2);
    }

    private Throwable refusal(World.Process at, Function<JobOperations, CompletionStage<?>> ask) {
        CompletionStage<?> answer;
        try {
            answer = ask.apply(at.engine.operations());
        } catch (InvalidSettingException atOnce) {
            return atOnce;
        }
        assertThat(world.isDone(answer)).isFalse();
        return answer.toCompletableFuture()
                .handle((value, failed) -> failed instanceof CompletionException wrapped ? wrapped.getCause() : failed)
                .join();
    }
}
