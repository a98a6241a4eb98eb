package io.elasticjob.gateway.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.elasticjob.gateway.WorkerEvent;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.slf4j.LoggerFactory;

@ResourceLock("applications")
class LoggedWorkerEventsTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(WorkerEvent.class);
    private final ListAppender<ILoggingEvent> shown = new ListAppender<>();
    private final AtomicLong nanos = new AtomicLong(-5);
    private final LoggedWorkerEvents events = new LoggedWorkerEvents(nanos::get);

    @BeforeEach
    void listen() {
        shown.start();
        logger.addAppender(shown);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(shown);
    }

    @Test
    void ofManyRefusalsTheFirstAreShownAndHowManyThereWereBeside() {
        for (int i = 0; i < 1_000; i++) {
            events.on(new WorkerEvent.Refused("images", "w" + i, "crew", 429, "too-many", "at most 50 workers"));
        }
        assertThat(lines()).hasSize(10).allMatch(line -> line.contains("429"));
        nanos.addAndGet(1_000_000_000);
        events.on(new WorkerEvent.Refused("images", "late", "crew", 403, "forbidden", "not granted"));
        assertThat(lines()).hasSize(12);
        assertThat(lines().get(10)).startsWith("990 more refusals");
        assertThat(lines().get(11)).contains("late").contains("403");
    }

    @Test
    void whatAWorkerSaysOfItselfCannotForgeALine() {
        events.on(new WorkerEvent.Refused("images", "a\nINFO all is well", "crew", 403, "forbidden", "no"));
        assertThat(lines()).singleElement().asString().doesNotContain("\n");
    }

    private List<String> lines() {
        return shown.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
