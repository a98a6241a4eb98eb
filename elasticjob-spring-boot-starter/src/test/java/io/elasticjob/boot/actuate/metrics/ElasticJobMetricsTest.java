package io.elasticjob.boot.actuate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.ClaimRefused;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.ExecutionFenced;
import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.ElasticJobEvent.FiringSkipped;
import io.elasticjob.ElasticJobEvent.FiringsSuperseded;
import io.elasticjob.ElasticJobEvent.OwnerDied;
import io.elasticjob.ElasticJobEvent.SessionEnded;
import io.elasticjob.ElasticJobEvent.ShardsAssigned;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.engine.EngineStatus;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ElasticJobMetricsTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final ExecutionId RUN = new ExecutionId("orders", new Firing.Scheduled(NOON), 0, 1);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Optional<EngineStatus> status = Optional.empty();
    private final ElasticJobMetrics metrics = new ElasticJobMetrics(meters, () -> status, () -> 42);

    @Test
    void executionsAreTimedByJobAndOutcome() {
        tell(
                new ExecutionStarted(RUN, NOON, Duration.ofMillis(7)),
                new ExecutionEnded(RUN, new Outcome.Succeeded(), Duration.ofSeconds(2)),
                new ExecutionEnded(RUN, new Outcome.Failed("disk"), Duration.ofSeconds(1)));

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
                new ExecutionStarted(RUN, NOON, Duration.ofMillis(7)),
                new ExecutionFenced(RUN),
                new ExecutionEnded(RUN, new Outcome.Fenced(new Outcome.Succeeded()), Duration.ofSeconds(2)));

        assertThat(meters.get("elasticjob.executions").timers()).singleElement().satisfies(timer -> {
            assertThat(timer.getId().getTag("outcome")).isEqualTo("FENCED");
            assertThat(timer.count()).isEqualTo(1);
        });
    }

    @Test
    void whatDidNotRunAsPlannedIsCounted() {
        tell(
                new FiringsSuperseded("orders", 0, 3, NOON),
                new FiringSkipped("orders", 0, NOON),
                new OwnerDied(RUN, "till-8.y", true),
                new OwnerDied(RUN, "till-9.z", false),
                new ClaimRefused("orders", 0));

        assertThat(count("elasticjob.firings.superseded")).isEqualTo(3);
        assertThat(count("elasticjob.firings.misfired")).isEqualTo(1);
        assertThat(count("elasticjob.failovers")).isEqualTo(1);
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
                EngineStatus.Phase.STARTED,
                "till-7",
                "till-7.x",
                null,
                null,
                Duration.ofMillis(-1500),
                false,
                3,
                64,
                true,
                2,
                null));

        assertThat(gauge("elasticjob.registry.connected")).isEqualTo(1);
        assertThat(gauge("elasticjob.executions.active")).isEqualTo(3);
        assertThat(gauge("elasticjob.jobs.overdue")).isEqualTo(2);
        assertThat(meters.get("elasticjob.clock.skew").timeGauge().value(TimeUnit.SECONDS))
                .isEqualTo(-1.5);
        assertThat(meters.get("elasticjob.registry.requests").functionCounter().count())
                .isEqualTo(42);
    }

    @Test
    void noTagGrowsWithFiringsOrInstances() {
        tell(new OwnerDied(RUN, "till-8.y", true), new ClaimRefused("orders", 0));

        assertThat(meters.getMeters())
                .extracting(Meter::getId)
                .allSatisfy(id -> assertThat(id.getTags())
                        .allMatch(tag ->
                                tag.getKey().equals("job") || tag.getKey().equals("outcome")));
    }

    private void tell(ElasticJobEvent... events) {
        List.of(events).forEach(metrics);
    }

    private double count(String name) {
        return meters.get(name).tag("job", "orders").counter().count();
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }
}
