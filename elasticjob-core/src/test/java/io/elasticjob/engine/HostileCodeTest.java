package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringListener;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.PlanRequest;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.schedule.FireCalendar;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** User code that the engine calls while it decides, such as a calendar, costs its own job whatever it throws. */
class HostileCodeTest {

    private static final List<String> KINDS = List.of(
            "plain", "recorded", "listened", "late", "each", "static", "counted", "next", "delayed", "all", "crowd");

    private final World world = new World();
    private @Nullable Throwable thrown;

    static Stream<Supplier<Throwable>> errors() {
        return Stream.of(
                () -> new NoClassDefFoundError("com/example/Holidays"),
                () -> new StackOverflowError(),
                () -> new IllegalArgumentException((String) null),
                () -> new ExceptionInInitializerError("no"),
                () -> new IOException("not declared"));
    }

    /** As code does that knows no checked exceptions, such as Kotlin's. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private boolean excludes(LocalDate day) {
        Throwable now = thrown;
        if (now != null) {
            HostileCodeTest.<RuntimeException>sneak(now);
        }
        return false;
    }

    private static JobDefinition.Builder job(String name) {
        return JobDefinition.named(name).every(Duration.ofSeconds(1)).set(JobKey.CALENDAR, "bad");
    }

    private List<JobDefinition> jobs() {
        return List.of(
                JobDefinition.named("bills")
                        .every(Duration.ofSeconds(1))
                        .shards(2)
                        .build(),
                JobDefinition.named("whole")
                        .every(Duration.ofSeconds(1))
                        .shards(2)
                        .set(JobKey.RECORD_FIRINGS, "true")
                        .build(),
                JobDefinition.named("after-whole").set(JobKey.AFTER, "whole").build(),
                job("plain").shards(2).build(),
                job("recorded").shards(2).set(JobKey.RECORD_FIRINGS, "true").build(),
                job("listened").shards(2).set(JobKey.FIRING_LISTENERS, "audit").build(),
                job("late")
                        .set(JobKey.RECORD_FIRINGS, "true")
                        .set(JobKey.FIRING_DEADLINE, "1s")
                        .build(),
                job("each").set(JobKey.BROADCAST, "true").build(),
                job("static").shards(2).set(JobKey.SHARDING_STRATEGY, "static").build(),
                job("counted").shards(2).set(JobKey.MAX_CONCURRENT_SHARDS, "1").build(),
                job("next")
                        .set(JobKey.RECORD_FIRINGS, "true")
                        .set(JobKey.AFTER, "whole")
                        .build(),
                JobDefinition.named("delayed")
                        .set(JobKey.FIXED_DELAY, "1s")
                        .set(JobKey.CALENDAR, "bad")
                        .build(),
                job("all")
                        .set(JobKey.MISFIRE, "RUN_ALL")
                        .set(JobKey.OVERLAP, "QUEUE_ALL")
                        .build(),
                job("crowd").set(JobKey.MIN_INSTANCES, "1").build());
    }

    private Process start(String name) {
        FireCalendar bad = this::excludes;
        return world.startWith(
                name,
                builder -> builder.calendars(Map.of("bad", bad))
                        .homesAfter(Duration.ofSeconds(3))
                        .firingListeners(Map.of("audit", new FiringListener() {
                            @Override
                            public void beforeFiring(Start firing) {}

                            @Override
                            public void afterFiring(End firing) {}
                        }))
                        .firingListenerExecutor(Runnable::run),
                jobs().toArray(JobDefinition[]::new));
    }

    private void othersRun(String what) {
        Instant last = Instant.ofEpochSecond(world.time.now().getEpochSecond());
        assertThat(world.ran("bills", last)).as(what).matches("[ab]:0 [ab]:1");
        assertThat(world.ran("whole", last.minusSeconds(1))).as(what).matches("[ab]:0 [ab]:1");
    }

    @Timeout(300)
    @ParameterizedTest
    @MethodSource("errors")
    void aCalendarThatThrowsForMinutesCostsItsOwnJobsAndTheyRunAgainAfterwards(Supplier<Throwable> error) {
        Process a = start("a");
        Process b = start("b");
        world.seconds(8);
        othersRun("before");
        for (String kind : KINDS) {
            assertThat(world.runs(kind)).as(kind).isPositive();
        }
        world.now(a.engine.operations().plan(PlanRequest.after(Duration.ofSeconds(5), TriggerRequest.of("plain"))));
        world.now(a.engine.operations().plan(PlanRequest.after(Duration.ofSeconds(5), TriggerRequest.of("bills"))));
        thrown = error.get();
        for (int i = 0; i < 30; i++) {
            world.seconds(5); // more than a minute: jobs that cannot be used were looked at again, in vain
            othersRun("while it throws");
        }
        long planned = world.ledger.entries().stream()
                .filter(run -> run.id.job().equals("bills") && run.id.firing() instanceof Firing.Triggered)
                .count();
        assertThat(planned).as("plan of another job").isPositive();
        List<String> impaired = new ArrayList<>();
        for (Process one : List.of(a, b)) {
            one.events(ElasticJobEvent.EngineImpaired.class).forEach(event -> impaired.add(one.name + event));
        }
        assertThat(impaired).isEmpty();
        thrown = null;
        Instant since = world.time.now();
        world.seconds(90);
        for (String kind : KINDS) {
            assertThat(world.ledger.entries().stream()
                            .filter(run -> run.id.job().equals(kind) && run.started.isAfter(since.plusSeconds(70))))
                    .as(kind + " runs again")
                    .isNotEmpty();
        }
    }

    @Timeout(300)
    @ParameterizedTest
    @MethodSource("errors")
    void aFiringListenerThatThrowsKeepsNoFiringFromOpeningOrClosing(Supplier<Throwable> error) {
        FiringListener bad = new FiringListener() {
            @Override
            public void beforeFiring(Start firing) {
                HostileCodeTest.<RuntimeException>sneak(error.get());
            }

            @Override
            public void afterFiring(End firing) {
                HostileCodeTest.<RuntimeException>sneak(error.get());
            }
        };
        Process a = world.startWith(
                "a",
                builder -> builder.firingListeners(Map.of("audit", bad)).firingListenerExecutor(Runnable::run),
                JobDefinition.named("bills")
                        .every(Duration.ofSeconds(1))
                        .shards(2)
                        .build(),
                JobDefinition.named("listened")
                        .every(Duration.ofSeconds(1))
                        .shards(2)
                        .set(JobKey.FIRING_LISTENERS, "audit")
                        .build());
        world.seconds(20);

        assertThat(world.runs("bills")).isGreaterThan(30);
        assertThat(world.runs("listened")).isGreaterThan(30);
        assertThat(a.events(ElasticJobEvent.FiringListenerFailed.class)).isNotEmpty();
        assertThat(a.events(ElasticJobEvent.EngineImpaired.class)).isEmpty();
    }
}
