package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.elasticjob.ElasticJobEvent;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EventLogTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.elasticjob.events");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final EventLog log = new EventLog();
    private Level before;

    @BeforeEach
    void listen() {
        before = logger.getLevel();
        logger.setLevel(Level.INFO);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setLevel(before);
    }

    @Test
    void whatIsNotRunIsALineAJobAndNotOneAShard() {
        for (Instant fireTime : List.of(NOON, NOON.plusSeconds(60))) {
            for (int shard = 0; shard < 100; shard++) {
                log.accept(new ElasticJobEvent.FiringSkipped("eventlog-skipping", shard, fireTime, "why"));
            }
        }

        assertThat(told("eventlog-skipping"))
                .containsExactly(
                        "eventlog-skipping: firings up to that of 2026-06-01T12:00:00Z are skipped: why",
                        "eventlog-skipping: firings up to that of 2026-06-01T12:01:00Z are skipped: why");
    }

    @Test
    void ofTwoJobsEachHasItsLine() {
        for (int shard = 0; shard < 3; shard++) {
            log.accept(new ElasticJobEvent.FiringSkipped("eventlog-one", shard, NOON, "why"));
            log.accept(new ElasticJobEvent.FiringSkipped("eventlog-two", shard, NOON, "why"));
        }

        assertThat(told("eventlog-one")).hasSize(1);
        assertThat(told("eventlog-two")).hasSize(1);
    }

    private List<String> told(String job) {
        List<ILoggingEvent> heard;
        synchronized (lines) { // threads of other tests may log meanwhile, which they do under this lock
            heard = List.copyOf(lines.list);
        }
        return heard.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith(job + ":"))
                .toList();
    }
}
