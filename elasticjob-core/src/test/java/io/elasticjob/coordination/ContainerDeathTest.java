package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.coordination.ContainerDeath.Place;
import io.elasticjob.coordination.ContainerDeath.Report;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerDeathTest {

    private static final Place PLACE = new Place("pod-1", "c-2", Instant.parse("2026-06-01T12:00:00.5Z"));

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "pod-1, c-2, Error, 2026-06-01T12:30:00Z, false, true",
                "pod-1, c-2, OOMKilled, 2026-06-01T12:30:00Z, false, true",
                "pod-1, c-2, Completed, 2026-06-01T12:00:01Z, false, true",
                "pod-1, c-1, Error, 2026-06-01T12:30:00Z, false, false", // the run before it
                "pod-2, c-2, Error, 2026-06-01T12:30:00Z, false, false", // another pod
                "pod-1, c-2, Error, 2026-06-01T12:00:00Z, false, false", // had finished when this instance started
                "pod-1, c-2, Error, -, false, false", // nobody tells when
                "pod-1, c-2, ContainerStatusUnknown, 2026-06-01T12:30:00Z, false, false",
                "pod-1, c-2, NodeLost, 2026-06-01T12:30:00Z, false, false",
                "pod-1, c-2, Error, 2026-06-01T12:30:00Z, true, false", // processes may outlive it
                "pod-1, '', Error, 2026-06-01T12:30:00Z, false, false"
            })
    void onlyTheEndOfThisVeryContainerIsAProof(
            String pod, String container, String reason, Instant finishedAt, boolean isShared, boolean isProven) {
        assertThat(ContainerDeath.isProven(PLACE, new Report(pod, container, reason, finishedAt, isShared)))
                .isEqualTo(isProven);
    }

    @Test
    void anInstanceThatDoesNotKnowItsContainerIsNeverProvenDead() {
        Place unknown = new Place("pod-1", "", Instant.EPOCH);

        assertThat(ContainerDeath.isProven(
                        unknown, new Report("pod-1", "", "Error", Instant.parse("2026-06-01T12:30:00Z"), false)))
                .isFalse();
    }
}
