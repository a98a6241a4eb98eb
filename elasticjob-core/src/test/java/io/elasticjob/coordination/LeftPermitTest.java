package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeftPermitTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final ShardRecord RUNNING = ShardRecord.NEW
            .claimed(new Firing.Scheduled(NOON), "a.1", 1, 0, NOON)
            .withPermits(new TreeSet<>(Set.of("db")));
    private static final ShardRecord DONE = RUNNING.completed(new Outcome.Succeeded(), NOON, NOON);

    private static final Map<String, Optional<ShardRecord>> RECORDS = Map.of(
            "runs", Optional.of(RUNNING),
            "ended", Optional.of(DONE),
            "lingers", Optional.of(DONE.lingeringFor(Duration.ZERO).withPermits(RUNNING.permits())),
            "unread", Optional.empty(),
            "absent", Optional.of(ShardRecord.NEW));

    @ParameterizedTest
    @CsvSource({
        // limit, record, whether its holder lives, what becomes of what is counted
        "db, runs, true, STAYS",
        "db, runs, false, GOES_WITH_ITS_HOLDER",
        "db, lingers, true, STAYS",
        "db, lingers, false, GOES_WITH_ITS_HOLDER",
        "db, ended, true, GOES",
        "db, ended, false, GOES",
        "db, absent, false, GOES",
        "db, unread, false, STAYS",
        "api, runs, true, GOES",
        "api, lingers, false, GOES"
    })
    void whatIsCountedStaysAsLongAsItMayRun(String limit, String record, boolean isLive, LeftPermit expected) {
        assertThat(LeftPermit.of(limit, RECORDS.get(record), isLive)).isEqualTo(expected);
    }
}
