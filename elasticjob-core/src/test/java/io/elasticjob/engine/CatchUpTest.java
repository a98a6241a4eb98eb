package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent.FiringCaughtUp;
import io.elasticjob.ElasticJobEvent.FiringSkipped;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Operator;
import io.elasticjob.coordination.Unattended;
import io.elasticjob.engine.World.Process;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Firings that came due while nobody was there: what runs of them afterwards, and what is said of that. */
class CatchUpTest {

    private static final Instant MISSED = Instant.parse("2026-01-01T03:00:00Z");
    private static final JobDefinition NIGHTLY = JobDefinition.named("nightly")
            .cron("0 0 3 * * ?", ZoneOffset.UTC)
            .shards(3)
            .build();

    private final World world = new World();

    /** Midnight to the morning, in which nobody is there from one o'clock on. */
    private void nightWithoutAnybody(JobDefinition... jobs) {
        Process evening = world.start("evening", jobs);
        world.time.passUntil(Instant.parse("2026-01-01T01:00:00Z"));
        evening.leave();
        world.time.passUntil(Instant.parse("2026-01-01T09:00:00.5Z"));
    }

    private static Unattended untilNine() {
        return new Unattended(Instant.parse("2026-01-01T01:00:00Z"), Instant.parse("2026-01-01T09:00:00Z"));
    }

    @Test
    void whatWasMissedWhileNobodyWasThereRunsAndThatIsSaidOnce() {
        nightWithoutAnybody(NIGHTLY);
        Process morning = world.start("morning", NIGHTLY);
        world.seconds(10);

        assertThat(world.ran("nightly", MISSED)).isEqualTo("morning:0 morning:1 morning:2");
        assertThat(morning.events(FiringCaughtUp.class)).singleElement().satisfies(late -> {
            assertThat(late.job()).isEqualTo("nightly");
            assertThat(late.shards()).containsExactly(0, 1, 2);
            assertThat(late.fireTime()).isEqualTo(MISSED);
            assertThat(late.lateness())
                    .isBetween(Duration.ofHours(6), Duration.ofHours(6).plusSeconds(10));
            assertThat(late.why()).contains("before this instance connected", "no instance ran it");
        });
    }

    @Test
    void whatIsInTimeAndWhatItsOwnRunHeldUpIsNotSaidToBeCaughtUp() {
        JobDefinition busy = JobDefinition.named("busy")
                .every(Duration.ofMinutes(1))
                .set(JobKey.MISFIRE_THRESHOLD, "30s")
                .build();
        Process a = world.start("a", busy);
        a.duration = Duration.ofMinutes(2).minusSeconds(10);
        world.time.pass(Duration.ofMinutes(20));

        assertThat(world.runs("busy")).isGreaterThan(5);
        assertThat(a.events(FiringCaughtUp.class)).isEmpty();
    }

    @Test
    void whatIsSkippedIsNotCaughtUp() {
        JobDefinition skips = JobDefinition.named("nightly")
                .cron("0 0 3 * * ?", ZoneOffset.UTC)
                .misfire(Misfire.SKIP)
                .build();
        nightWithoutAnybody(skips);
        Process morning = world.start("morning", skips);
        world.seconds(10);

        assertThat(world.runs("nightly")).isZero();
        assertThat(morning.events(FiringCaughtUp.class)).isEmpty();
        assertThat(morning.events(FiringSkipped.class))
                .singleElement()
                .satisfies(skipped -> assertThat(skipped.why()).contains("misfire=SKIP"));
    }

    // ---- Where it is known that nobody was there, as with the embedded ZooKeeper -----------------------------------

    @Test
    void whatWasMissedWhileNobodyWasThereIsDecidedWithoutRunningWhereThatIsNotMadeUpFor() {
        nightWithoutAnybody(NIGHTLY);
        Process morning = world.startWith("morning", builder -> builder.unattended(untilNine()), NIGHTLY);
        Process joins = world.startWith("joins", builder -> builder.unattended(untilNine()), NIGHTLY);
        world.seconds(30);

        assertThat(world.runs("nightly")).isZero();
        assertThat(morning.events(FiringCaughtUp.class)).isEmpty();
        assertThat(morning.events(FiringSkipped.class))
                .hasSize(3)
                .allSatisfy(skipped -> assertThat(skipped.why()).contains("no application was running", "embedded"));
        assertThat(joins.events(FiringSkipped.class)).isEmpty();
        assertThat(world.record("nightly", 0).through()).isEqualTo(MISSED);

        world.time.passUntil(Instant.parse("2026-01-02T03:00:05Z"));
        assertThat(world.runs("nightly")).as("the next one").isEqualTo(3);
    }

    @Test
    void whatCameDueShortlyBeforeTheEndOfThatTimeRuns() {
        JobDefinition atNine = JobDefinition.named("nightly")
                .cron("30 59 8 * * ?", ZoneOffset.UTC)
                .build();
        nightWithoutAnybody(atNine);
        world.startWith("morning", builder -> builder.unattended(untilNine()), atNine);
        world.seconds(10);

        assertThat(world.runs("nightly")).as("30 s late, which is no misfire").isEqualTo(1);
    }

    @Test
    void whatOneApplicationMissedWhileAnotherLivedRuns() {
        nightWithoutAnybody(NIGHTLY);
        Unattended shorter =
                new Unattended(Instant.parse("2026-01-01T03:30:00Z"), Instant.parse("2026-01-01T09:00:00Z"));
        world.startWith("morning", builder -> builder.unattended(shorter), NIGHTLY);
        world.seconds(10);

        assertThat(world.runs("nightly")).isEqualTo(3);
    }

    @Test
    void whatIsToRunOnceRunsAllTheSame() {
        Process evening = world.start("evening", NIGHTLY);
        world.seconds(2);
        assertThat(world.isDone(evening.engine
                        .operations()
                        .create(
                                "once",
                                Map.of(JobKey.HANDLER, "nightly", JobKey.AT, "2026-01-01T04:00:00Z"),
                                Operator.UNKNOWN)))
                .isTrue();
        world.time.passUntil(Instant.parse("2026-01-01T01:00:00Z"));
        evening.leave();
        world.time.passUntil(Instant.parse("2026-01-01T09:00:00.5Z"));
        world.startWith("morning", builder -> builder.unattended(untilNine()), NIGHTLY);
        world.seconds(10);

        assertThat(world.runs("once")).isEqualTo(1);
        assertThat(world.runs("nightly")).isZero();
    }
}
