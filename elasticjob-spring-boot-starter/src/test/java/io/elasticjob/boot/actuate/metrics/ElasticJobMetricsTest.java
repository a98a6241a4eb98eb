package io.elasticjob.boot.actuate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.ClaimRefused;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.ExecutionFenced;
import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.ElasticJobEvent.FiringMisfired;
import io.elasticjob.ElasticJobEvent.FiringSkipped;
import io.elasticjob.ElasticJobEvent.FiringsSuperseded;
import io.elasticjob.ElasticJobEvent.JobRemoved;
import io.elasticjob.ElasticJobEvent.OwnerDied;
import io.elasticjob.ElasticJobEvent.SessionEnded;
import io.elasticjob.ElasticJobEvent.ShardsAssigned;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.spi.RegistryObserver.Ending;
import io.elasticjob.spi.RegistryObserver.Kind;
import io.elasticjob.view.EngineStatus;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ElasticJobMetricsTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final ExecutionId RUN = new ExecutionId("orders", new Firing.Scheduled(NOON), 0, 1);

    private static final ExecutionStarted START =
            new ExecutionStarted(RUN, NOON, Duration.ofMillis(7), "till-7.x", 42L);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Optional<EngineStatus> status = Optional.empty();
    private final ElasticJobMetrics metrics = new ElasticJobMetrics(meters, () -> status, () -> 42);

    /** A clock that is behind by a little has a firing begin before it is due; Micrometer refuses negative times, with a warning. */
    @Test
    void aBeginAheadOfTimeIsNoLateness() {
        tell(new ExecutionStarted(RUN, NOON, Duration.ofMillis(-7), "till-7.x", 42L));

        assertThat(meters.get("elasticjob.firing.lateness").timer().count()).isEqualTo(1);
        assertThat(meters.get("elasticjob.firing.lateness").timer().totalTime(TimeUnit.NANOSECONDS))
                .isZero();
    }

    @Test
    void executionsAreTimedByJobAndOutcome() {
        tell(
                START,
                new ExecutionEnded(START, new Outcome.Succeeded(), Duration.ofSeconds(2)),
                new ExecutionEnded(START, new Outcome.Failed("disk"), Duration.ofSeconds(1)));

        assertThat(meters.get("elasticjob.firing.lateness")
                        .tag("job", "orders")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(7);
        assertThat(meters.get("elasticjob.executions")
                        .tags("job", "orders", "outcome", "SUCCEEDED")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isEqualTo(2);
        assertThat(meters.get("elasticjob.executions")
                        .tags("job", "orders", "outcome", "FAILED")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void anOvertakenExecutionIsCountedOnceAsFenced() {
        tell(
                START,
                new ExecutionFenced(RUN),
                new ExecutionEnded(START, new Outcome.Fenced(new Outcome.Succeeded()), Duration.ofSeconds(2)));

        assertThat(meters.get("elasticjob.executions").timers())
                .filteredOn(timer -> timer.count() > 0)
                .singleElement()
                .satisfies(timer -> {
                    assertThat(timer.getId().getTag("outcome")).isEqualTo("FENCED");
                    assertThat(timer.count()).isEqualTo(1);
                });
    }

    @Test
    void whatDidNotRunAsPlannedIsCounted() {
        tell(
                new FiringsSuperseded("orders", 0, 3, NOON),
                new FiringSkipped("orders", 0, NOON),
                new FiringMisfired("orders", 1, NOON),
                new OwnerDied(RUN, "till-8.y", true, 1L, NOON),
                new OwnerDied(RUN, "till-9.z", false, 1L, NOON),
                new ClaimRefused("orders", 0));

        assertThat(count("elasticjob.firings.superseded")).isEqualTo(3);
        assertThat(count("elasticjob.firings.misfired")).isEqualTo(2);
        assertThat(count("elasticjob.failovers")).isEqualTo(1);
        assertThat(count("elasticjob.executions.lost")).isEqualTo(1);
        assertThat(count("elasticjob.claims.refused")).isEqualTo(1);
    }

    @Test
    void ownedShardsAreThoseLastAssignedAndNoneAfterTheSession() {
        tell(new ShardsAssigned("orders", new TreeSet<>(List.of(0, 2)), 4));
        assertThat(gauge("elasticjob.shards.owned")).isEqualTo(2);

        tell(new SessionEnded("till-7.x"));
        assertThat(gauge("elasticjob.shards.owned")).isZero();
    }

    @Test
    void theStateOfTheEngineIsReadWhenAskedFor() {
        assertThat(gauge("elasticjob.registry.connected")).isNaN();

        status = Optional.of(new EngineStatus(
                "till-7",
                new EngineStatus.Condition(EngineStatus.Phase.STARTED, null, null),
                new EngineStatus.Contact("till-7.x", null, null),
                new EngineStatus.Clock(
                        Duration.ofMillis(-1500), EngineStatus.WallClock.IGNORED, Duration.ofMinutes(60)),
                new EngineStatus.Intake(false, null),
                new EngineStatus.Executions(3, 0, 64, new EngineStatus.Waiting(2, 5), NOON),
                new EngineStatus.Leadership(true, 2, 5, 9)));

        assertThat(gauge("elasticjob.registry.connected")).isEqualTo(1);
        assertThat(gauge("elasticjob.executions.active")).isEqualTo(3);
        assertThat(gauge("elasticjob.jobs.overdue")).isEqualTo(2);
        assertThat(gauge("elasticjob.jobs.undeclared")).isEqualTo(5);
        assertThat(meters.get("elasticjob.clock.skew").timeGauge().value(TimeUnit.SECONDS))
                .isEqualTo(-1.5);
        assertThat(meters.get("elasticjob.clock.step").timeGauge().value(TimeUnit.SECONDS))
                .isEqualTo(3600);
        assertThat(gauge("elasticjob.executions.slots")).isEqualTo(64);
        assertThat(gauge("elasticjob.shards.starved")).isEqualTo(2);
        assertThat(gauge("elasticjob.shards.unassigned")).isEqualTo(9);
        assertThat(gauge("elasticjob.shards.limited")).isEqualTo(5);
        assertThat(gauge("elasticjob.executions.stuck")).isEqualTo(1);
        assertThat(meters.get("elasticjob.events.untold").functionCounter().count())
                .isEqualTo(42);
    }

    @Test
    void requestsAreTimedByKindAndResult() {
        metrics.observed(Kind.COMMIT, Ending.REFUSED, Duration.ofMillis(3));
        metrics.observed(Kind.SYNC, Ending.UNANSWERED, Duration.ofSeconds(1));

        assertThat(request("commit", "refused").totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(3);
        assertThat(request("sync", "unanswered").count()).isEqualTo(1);
        assertThat(request("commit", "answered").count()).isZero();
        assertThat(meters.get("elasticjob.registry.requests").timers())
                .as("only a commit can be refused")
                .hasSize(Kind.values().length * 2 + 1);
    }

    @Test
    void whatHasNotHappenedYetIsZeroAndNotMissing() {
        tell(new ShardsAssigned("orders", new TreeSet<>(List.of(0)), 1));

        Set<String> ends = new TreeSet<>(Set.of("LOST")); // which no instance is left to tell of
        meters.get("elasticjob.executions")
                .timers()
                .forEach(timer -> ends.add(timer.getId().getTag("outcome")));
        assertThat(ends)
                .as("the kinds of outcome there are")
                .isEqualTo(Arrays.stream(Outcome.class.getPermittedSubclasses())
                        .map(type -> type.getSimpleName()
                                .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                                .toUpperCase(Locale.ROOT))
                        .collect(Collectors.toCollection(TreeSet::new)));
        assertThat(count("elasticjob.failovers")).isZero();
        assertThat(count("elasticjob.claims.refused")).isZero();
    }

    @Test
    void theMetersOfARemovedJobGoWithItAndItsLateEndsMakeNone() {
        tell(
                new ShardsAssigned("orders", new TreeSet<>(List.of(0)), 1),
                new ShardsAssigned("bills", new TreeSet<>(List.of(0)), 1));
        meters.timer("elasticjob.execution", "job", "orders"); // as an observation makes it
        meters.timer("shop.checkout", "job", "orders");
        tell(
                new JobRemoved("orders"),
                new ShardsAssigned("orders", new TreeSet<>(), 1),
                new ClaimRefused("orders", 0),
                new ExecutionEnded(START, new Outcome.Fenced(new Outcome.Succeeded()), Duration.ofSeconds(2)));

        assertThat(meters.getMeters())
                .filteredOn(meter -> "orders".equals(meter.getId().getTag("job")))
                .extracting(meter -> meter.getId().getName())
                .as("somebody else's")
                .containsExactly("shop.checkout");
        assertThat(meters.get("elasticjob.shards.owned")
                        .tag("job", "bills")
                        .gauge()
                        .value())
                .isEqualTo(1);

        tell(
                new ShardsAssigned("orders", new TreeSet<>(List.of(0, 1)), 2),
                new ExecutionEnded(START, new Outcome.Succeeded(), Duration.ofSeconds(2)));
        assertThat(meters.get("elasticjob.executions")
                        .tags("job", "orders", "outcome", "SUCCEEDED")
                        .timer()
                        .count())
                .as("made anew, and counted from there")
                .isEqualTo(1);
        assertThat(meters.get("elasticjob.shards.owned")
                        .tag("job", "orders")
                        .gauge()
                        .value())
                .isEqualTo(2);
    }

    @Test
    void noTagGrowsWithFiringsOrInstances() {
        tell(new OwnerDied(RUN, "till-8.y", true, 1L, NOON), new ClaimRefused("orders", 0));

        assertThat(meters.getMeters())
                .extracting(Meter::getId)
                .allSatisfy(id -> assertThat(id.getTags())
                        .extracting(Tag::getKey)
                        .isSubsetOf("job", "outcome", "kind", "result"));
    }

    private void tell(ElasticJobEvent... events) {
        List.of(events).forEach(metrics);
    }

    private double count(String name) {
        return meters.get(name).tag("job", "orders").counter().count();
    }

    private Timer request(String kind, String result) {
        return meters.get("elasticjob.registry.requests")
                .tags("kind", kind, "result", result)
                .timer();
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }
}
