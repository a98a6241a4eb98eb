package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryTest {

    private static final Firing FIRING = new Firing.Scheduled(Instant.parse("2026-03-01T12:00:00Z"));

    private static JobDefinition.Builder orders() {
        return JobDefinition.named("orders")
                .set(JobKey.RETRY_ATTEMPTS, "5")
                .set(JobKey.RETRY_DELAY, "10s")
                .set(JobKey.RETRY_JITTER, "0");
    }

    private static long seconds(Retry retry, int failures) {
        return retry.backOff().pause("orders", 0, FIRING, failures).toSeconds();
    }

    @Test
    void thePauseGrowsByAFactorUpToABound() {
        Retry retry = orders().set(JobKey.RETRY_FACTOR, "1.5")
                .set(JobKey.RETRY_MAX_DELAY, "30s")
                .build()
                .retry();

        assertThat(IntStream.rangeClosed(1, 5).mapToObj(failures -> seconds(retry, failures)))
                .containsExactly(10L, 15L, 22L, 30L, 30L);
        assertThat(seconds(retry, 1_000)).as("however often it failed").isEqualTo(30);
    }

    @Test
    void jitterIsTheSameOnAllInstancesAndDiffersFromShardToShard() {
        Retry.BackOff backOff =
                orders().set(JobKey.RETRY_JITTER, "0.5").build().retry().backOff();

        assertThat(IntStream.range(0, 100)
                        .mapToObj(shard -> backOff.pause("orders", shard, FIRING, 1))
                        .distinct()
                        .count())
                .isGreaterThan(80);
        assertThat(IntStream.range(0, 1_000).mapToObj(shard -> backOff.pause("orders", shard, FIRING, 1)))
                .allMatch(pause -> pause.compareTo(Duration.ofSeconds(10)) >= 0)
                .allMatch(pause -> pause.compareTo(Duration.ofSeconds(15)) <= 0);
        assertThat(backOff.pause("orders", 3, FIRING, 1)).isEqualTo(backOff.pause("orders", 3, FIRING, 1));
        assertThat(backOff.pause("orders", 3, FIRING, 1))
                .as("wire format: instances of all versions agree")
                .isEqualTo(Duration.ofMillis(14_006));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                                  |                               | io      | true
                                  |                               | timeout | true
            java.io.IOException   |                               | io      | true
            java.io.IOException   |                               | connect | true
            java.net.ConnectException |                           | io      | false
            java.io.IOException   |                               | wrapped | false
            java.io.IOException   | java.net.ConnectException     | connect | false
            java.io.IOException   | java.net.ConnectException     | io      | true
                                  | java.lang.Exception           | io      | false
            java.util.concurrent.TimeoutException |               | timeout | true
            java.util.concurrent.TimeoutException |               | io      | false
                                  | java.util.concurrent.TimeoutException | timeout | false
            """)
    void theExceptionSaysWhetherItIsWorthIt(String on, String notOn, String failure, boolean follows) {
        JobDefinition.Builder job = orders();
        if (on != null) {
            job.set(JobKey.RETRY_ON, on);
        }
        if (notOn != null) {
            job.set(JobKey.RETRY_NOT_ON, " a.B , " + notOn);
        }
        Outcome outcome = switch (failure) {
            case "io" -> Outcome.Failed.because(new IOException("away"));
            case "connect" -> Outcome.Failed.because(new ConnectException("away"));
            case "wrapped" -> Outcome.Failed.because(new UncheckedIOException(new IOException("away")));
            default -> new Outcome.TimedOut("timed out after 5s");
        };

        assertThat(job.build().retry().follows(outcome, 1)).isEqualTo(follows);
    }

    @Test
    void whatDidNotFailIsNotRunAgainAndNothingIsMoreOftenThanIsSaid() {
        Retry retry = orders().build().retry();

        assertThat(retry.follows(new Outcome.Failed("away"), 5)).isTrue();
        assertThat(retry.follows(new Outcome.Failed("away"), 6)).isFalse();
        assertThat(retry.follows(new Outcome.Succeeded(), 1)).isFalse();
        assertThat(retry.follows(new Outcome.Cancelled("ann", ""), 1)).isFalse();
        assertThat(retry.follows(new Outcome.Abandoned(), 1)).isFalse();
        assertThat(retry.follows(new Outcome.Lost(), 1)).isFalse();
        assertThat(JobDefinition.named("orders").build().retry().follows(new Outcome.Failed("away"), 1))
                .as("by default")
                .isFalse();
    }

    @Test
    void aFirstPauseThatIsLongerThanTheDefaultBoundIsTheBound() {
        assertThat(seconds(orders().set(JobKey.RETRY_DELAY, "1h").build().retry(), 3))
                .isEqualTo(3600);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            retryAttempts | 101      | must be a whole number from 0 to 100
            retryFactor   | 0.5      | must be a number from 1 to 100
            retryFactor   | NaN      | must be a number from 1 to 100
            retryJitter   | 1.1      | must be a number from 0 to 1
            retryDelay    | 10       | has no unit
            retryDelay    | 2d       | must be at most 1d
            retryOn       | IO Exception | must be names of exceptions
            retryNotOn    | a.B,     | must be names of exceptions
            timeout       | 400d     | must be at most 365d
            cancelGrace   | 0s       | must be longer than nothing
            """)
    void whatCannotBeUsedIsRefused(JobKey key, String value, String rule) {
        assertThatThrownBy(() -> JobDefinition.named("orders").set(key, value).build())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("orders." + key.key() + ": \"" + value + "\"")
                .hasMessageContaining(rule);
    }
}
