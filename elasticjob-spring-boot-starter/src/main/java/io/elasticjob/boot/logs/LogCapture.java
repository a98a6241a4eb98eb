package io.elasticjob.boot.logs;

import io.elasticjob.history.ExecutionLogs;
import org.apache.logging.log4j.LogManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands on what is logged, by an appender of its own at the root logger, and at each logger that is configured not to pass
 * on what it is given (additivity). It comes after the levels of loggers, and beside the appenders that the application
 * configures, which it leaves alone. Of the libraries behind SLF4J it knows Logback and Log4j2; with another one nothing is
 * handed on.
 */
public final class LogCapture implements AutoCloseable {

    /** The name of the appender. */
    static final String NAME = "elasticjob-executions";

    private static final Logger log = LoggerFactory.getLogger(LogCapture.class);

    private static final String LOGBACK = "ch.qos.logback.classic.LoggerContext";
    private static final String LOG4J = "org.apache.logging.slf4j.Log4jLoggerFactory";

    private final @Nullable Runnable detach;

    private LogCapture(@Nullable Runnable detach) {
        this.detach = detach;
    }

    /** Begins at once, with the library that SLF4J uses now. */
    public static LogCapture into(ExecutionLogs logs) {
        ILoggerFactory library = LoggerFactory.getILoggerFactory();
        Runnable detach = switch (library.getClass().getName()) {
            case LOGBACK -> Logback.attach(library, logs);
            case LOG4J -> Log4j.attach(logs);
            default -> null;
        };
        if (detach == null) {
            log.info(
                    "What executions log is not shown beside them: that needs Logback or Log4j2, and SLF4J uses {}",
                    library.getClass().getName());
        }
        return new LogCapture(detach);
    }

    /** Nothing is handed on any more. */
    @Override
    public void close() {
        if (detach != null) {
            detach.run();
        }
    }

    /** Loaded only with that library. */
    private static final class Logback {

        static Runnable attach(ILoggerFactory library, ExecutionLogs logs) {
            return LogbackAppender.attach((ch.qos.logback.classic.LoggerContext) library, logs);
        }
    }

    /** Loaded only with that library. */
    private static final class Log4j {

        static @Nullable Runnable attach(ExecutionLogs logs) {
            return LogManager.getContext(false) instanceof org.apache.logging.log4j.core.LoggerContext context
                    ? Log4jAppender.attach(context, logs)
                    : null;
        }
    }
}
