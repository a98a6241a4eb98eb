package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cancellation;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What runs since noon, of a job that fires at each full minute. */
class ReplacementTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Firing RUNNING = new Firing.Scheduled(NOON);

    @Test
    void whatRunsGivesWayAtTheNextFireTimeAndNotBefore() {
        assertThat(why(job().build(), NOON, NOON.plusSeconds(59))).isEmpty();
        assertThat(why(job().build(), NOON, NOON.plusSeconds(60))).hasValueSatisfying(why -> {
            assertThat(why.reason()).isEqualTo(Cancellation.Reason.OVERLAP);
            assertThat(why.text()).contains("2026-03-01T12:01:00Z", "overlap=CANCEL_RUNNING");
            assertThat(why.reason().isFinal()).isTrue();
        });
    }

    @Test
    void whatRunsByHandDoesNot() {
        assertThat(Replacement.of(
                        step(job().build(), NOON, NOON.plusSeconds(90)),
                        0,
                        new Firing.Triggered(3),
                        NOON.plusSeconds(90)))
                .isEmpty();
        assertThat(Replacement.lookAgain(step(job().build(), NOON, NOON), 0, new Firing.Triggered(3), NOON))
                .isEmpty();
    }

    @Test
    void neitherDoesItUnderAnotherPolicyNorForAFiringThatIsNotRun() {
        Instant later = NOON.plusSeconds(90);

        assertThat(why(job().set(JobKey.OVERLAP, "MISFIRE").build(), NOON, later))
                .isEmpty();
        assertThat(why(job().set(JobKey.OVERLAP, "QUEUE_ALL").build(), NOON, later))
                .isEmpty();
        assertThat(why(job().set(JobKey.ENABLED, "false").build(), NOON, later)).isEmpty();
        assertThat(why(job().build(), NOON.plusSeconds(80), later))
                .as("firings before the job began again are never due")
                .isEmpty();
        assertThat(Replacement.of(step(job().build(), NOON, later), 1, RUNNING, later))
                .as("the next firing does not have this shard")
                .isEmpty();
    }

    @Test
    void withJitterItGivesWayWhenTheNextOneBegins() {
        JobDefinition spread = job().set(JobKey.JITTER, "50s").build();
        Instant begins = StartTime.of(spread, 0, NOON.plusSeconds(60));
        assertThat(begins).isAfter(NOON.plusSeconds(60));

        assertThat(why(spread, NOON, begins.minusMillis(1))).isEmpty();
        assertThat(why(spread, NOON, begins)).isPresent();
        assertThat(Replacement.lookAgain(step(spread, NOON, begins.minusMillis(1)), 0, RUNNING, begins.minusMillis(1)))
                .contains(begins);
    }

    @Test
    void itIsLookedAtAgainAtTheNextFireTime() {
        assertThat(Replacement.lookAgain(step(job().build(), NOON, NOON), 0, RUNNING, NOON))
                .contains(NOON.plusSeconds(60));
    }

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders").every(Duration.ofMinutes(1)).set(JobKey.OVERLAP, "CANCEL_RUNNING");
    }

    private static Optional<Cancellation> why(JobDefinition job, Instant since, Instant now) {
        return Replacement.of(step(job, since, now), 0, RUNNING, now);
    }

    private static ShardStep.Job step(JobDefinition job, Instant since, Instant now) {
        return new ShardStep.Job(
                job, since, ShardCount.always(1), job.schedule().latest(now).orElse(null));
    }
}
