package io.elasticjob.boot.logs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggerContextListener;
import io.elasticjob.ExecutionId;
import io.elasticjob.ExecutionScope;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.history.ExecutionLog;
import io.elasticjob.history.ExecutionLogs;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.MDC;

@Isolated("the logging library is one for the whole process, and each application that starts sets it up anew")
class LogbackAppenderTest {

    private static final ShardingContext EXECUTION = ShardingContext.builder()
            .executionId(new ExecutionId("orders", new Firing.Triggered(7), 0, 1))
            .build();

    private final LoggerContext library = new LoggerContext();
    private final ExecutionLogs logs = new ExecutionLogs();
    private final Logger users = library.getLogger("com.acme.Till");
    private Runnable detach = () -> {};
    private ExecutionScope.Open open = (outcome, thrown) -> {};

    @BeforeEach
    void begin() {
        library.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        library.getLogger("com.closed").setAdditive(false);
        detach = LogbackAppender.attach(library, logs);
        open = logs.open(EXECUTION);
    }

    @AfterEach
    void end() {
        open.close(new Outcome.Succeeded(), null);
        detach.run();
        library.stop();
    }

    @Test
    void whatAHandlerLogsIsTakenAsItIsFormattedWithWhatWasThrown() {
        users.warn("no paper in {} of {}", 3, "till", new IllegalStateException("on purpose"));

        assertThat(text())
                .matches("(?s)\\S+Z WARN com.acme.Till : no paper in 3 of till\n"
                        + "java.lang.IllegalStateException: on purpose\n"
                        + "\tat .*");
    }

    @Test
    void levelsDecideWhatIsTakenAndLoggersThatPassNothingOnAreHeardAsWell() {
        users.debug("not logged");
        users.info("logged");
        library.getLogger("com.closed").info("closed");
        library.getLogger("com.closed.below").info("below");

        assertThat(text().lines().map(line -> line.substring(line.indexOf(" : ") + 3)))
                .containsExactly("logged", "closed", "below");
    }

    @Test
    void whatOthersLogIsTakenIfTheirContextNamesTheExecution() throws Exception {
        Map<String, String> context = Map.of(ExecutionLogs.EXECUTION, "orders/trigger-7/0/1");
        Thread other = new Thread(
                () -> {
                    users.info("not for it");
                    MDC.setContextMap(context);
                    users.info("for it");
                },
                "helper");
        other.start();
        other.join();
        MDC.clear(); // which a handler may do
        users.info("mine");

        assertThat(text()).matches("\\S+ INFO \\[helper] com.acme.Till : for it\n\\S+ INFO com.acme.Till : mine\n");
    }

    @Test
    void itComesBackWhenTheConfigurationIsLoadedAgain() {
        library.reset();
        library.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        users.warn("again");

        assertThat(text()).endsWith(" : again\n").hasLineCount(1);
    }

    /** Logback walks through its listeners as they are: to add or to remove one meanwhile breaks the other one's start. */
    @Test
    void otherApplicationsStartAndEndWhileTheConfigurationIsLoadedAgain() {
        library.addListener(new Walking(
                () -> LogbackAppender.attach(library, new ExecutionLogs()).run()));
        library.addListener(new Walking(() -> {}));
        library.reset();
        library.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        users.warn("again");

        assertThat(text()).endsWith(" : again\n").hasLineCount(1);
        assertThat(library.getCopyOfListenerList()).hasSize(3);
    }

    /** What is done while Logback walks through its listeners. */
    private record Walking(Runnable then) implements LoggerContextListener {

        @Override
        public boolean isResetResistant() {
            return true;
        }

        @Override
        public void onReset(LoggerContext context) {
            then.run();
        }

        @Override
        public void onStart(LoggerContext context) {}

        @Override
        public void onStop(LoggerContext context) {}

        @Override
        public void onLevelChange(Logger logger, Level level) {}
    }

    @Test
    void onceDetachedItIsGone() {
        detach.run();
        users.warn("unheard");
        library.reset();
        users.error("unheard");

        assertThat(text()).isEmpty();
        assertThat(library.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(LogCapture.NAME))
                .isNull();
    }

    /** A handler that never ends its loop must cost neither memory nor whoever waits for it. */
    @Test
    void aHandlerThatLogsAMillionLinesKeepsTheFirstAndTheLast() {
        for (int i = 0; i < 1_000_000; i++) {
            users.info("line {}", i);
        }

        assertThat(text()).contains(" : line 0\n").contains(" : line 999999\n").hasSizeLessThan(66_000);
    }

    private String text() {
        return logs.latest(any -> true).map(ExecutionLog::text).orElseThrow();
    }
}
