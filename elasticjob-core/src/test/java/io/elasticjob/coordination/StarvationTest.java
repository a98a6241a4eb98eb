package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StarvationTest {

    private static final Instant SINCE = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        // after, monitored, waited, starved
        "10, true, 0, false",
        "10, true, 9, false",
        "10, true, 10, true",
        "10, true, 3600, true",
        "10, false, 3600, false",
        "0, true, 3600, false"
    })
    void aShardThatIsRecordedIsStarvedOnceItHasWaitedForSoLong(
            int after, boolean monitored, int waited, boolean starved) {
        JobDefinition job =
                JobDefinition.named("orders").monitorExecution(monitored).build();

        assertThat(new Starvation(Duration.ofSeconds(after)).isStarved(job, SINCE, SINCE.plusSeconds(waited)))
                .isEqualTo(starved);
    }
}
