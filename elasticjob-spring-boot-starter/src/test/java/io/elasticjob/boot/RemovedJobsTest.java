package io.elasticjob.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.ClaimRefused;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.ExecutionFenced;
import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.ElasticJobEvent.FiringMisfired;
import io.elasticjob.ElasticJobEvent.FiringOverdue;
import io.elasticjob.ElasticJobEvent.FiringSkipped;
import io.elasticjob.ElasticJobEvent.FiringsSuperseded;
import io.elasticjob.ElasticJobEvent.JobCompleted;
import io.elasticjob.ElasticJobEvent.JobRefused;
import io.elasticjob.ElasticJobEvent.JobRemoved;
import io.elasticjob.ElasticJobEvent.OwnerDied;
import io.elasticjob.ElasticJobEvent.ShardsAssigned;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.boot.actuate.metrics.ElasticJobMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Jobs that come and go by the thousand leave nothing behind: neither meters nor a name in anybody's memory. */
class RemovedJobsTest {

    private static final int JOBS = 5_000;
    /** So many that were removed last may be remembered. */
    private static final int MOST_REMEMBERED = 1_000;

    private static final Instant FIRE_TIME = Instant.parse("2026-03-01T02:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** The ways of a job that runs once, worst first; each event that may still come after the end of the job does. */
    private static List<ElasticJobEvent> life(String job, int which) {
        ExecutionId id = new ExecutionId(job, new Firing.Scheduled(FIRE_TIME), 0, 1);
        ExecutionStarted start = new ExecutionStarted(id, FIRE_TIME, Duration.ZERO, "till", 7L);
        List<ElasticJobEvent> events = new ArrayList<>(List.of(
                new ShardsAssigned(job, new TreeSet<>(List.of(0)), 1),
                new JobRefused(job, "for a while"),
                new FiringOverdue(job, 0, FIRE_TIME, FIRE_TIME),
                new FiringSkipped(job, 0, FIRE_TIME),
                new FiringsSuperseded(job, 0, 2, FIRE_TIME),
                start,
                new FiringMisfired(job, 0, FIRE_TIME)));
        Outcome outcome = which % 2 == 0 ? new Outcome.Failed("on purpose") : new Outcome.Succeeded();
        ExecutionEnded end = new ExecutionEnded(start, outcome, Duration.ofSeconds(1));
        if (which % 3 == 0) { // removed while it runs
            events.add(new JobRemoved(job));
            events.add(new ExecutionFenced(id));
            events.add(new ExecutionEnded(start, new Outcome.Fenced(outcome), Duration.ofSeconds(1)));
        } else {
            events.add(end);
            events.add(new JobCompleted(job));
            events.add(new JobRemoved(job));
        }
        if (which % 5 == 0) {
            events.add(new ShardsAssigned(job, new TreeSet<>(), 1));
        }
        events.add(new ClaimRefused(job, 0));
        events.add(new OwnerDied(id, "another", false, 1L, FIRE_TIME));
        return events;
    }

    @Test
    void theirMetersGoWithThemThoseOfObservationsIncluded() {
        ElasticJobMetrics metrics = new ElasticJobMetrics(meters, Optional::empty, () -> 0);
        int before = meters.getMeters().size();

        for (int i = 0; i < JOBS; i++) {
            String job = "once-" + i;
            for (ElasticJobEvent event : life(job, i)) {
                if (event instanceof ExecutionEnded) { // as an observation makes it, just before
                    meters.timer("elasticjob.execution", "job", job, "outcome", "SUCCEEDED");
                }
                metrics.accept(event);
            }
        }

        assertThat(meters.getMeters()).hasSize(before);
    }

    @Test
    void nobodyKeepsTheirNamesForLong() {
        ElasticJobMetrics metrics = new ElasticJobMetrics(meters, Optional::empty, () -> 0);
        AlertMemory alerts = new AlertMemory();

        List<WeakReference<String>> names = live(event -> {
            metrics.accept(event);
            alerts.accept(event);
        });
        alerts.pass(Duration.ofHours(1)); // whatever is still to be said is said
        alerts.accept(new FiringOverdue("another", 0, FIRE_TIME, FIRE_TIME));

        await().untilAsserted(() -> {
            System.gc();
            assertThat(names.stream().filter(name -> name.get() != null)).hasSizeLessThanOrEqualTo(MOST_REMEMBERED);
        });
        assertThat(metrics).isNotNull();
        assertThat(alerts).isNotNull();
    }

    /** In a method of its own, so that no name is left on the stack. */
    private static List<WeakReference<String>> live(Consumer<ElasticJobEvent> listener) {
        List<WeakReference<String>> names = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
            String job = "once-" + i;
            names.add(new WeakReference<>(job));
            life(job, i).forEach(listener);
        }
        return names;
    }
}
