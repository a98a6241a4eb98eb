package io.elasticjob.boot.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.history.LogLine;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Called on the thread that logs. When the configuration is loaded again it comes back to the root logger.
 *
 * <p>Logback walks through its listeners as they are, and another application of the same process may load its configuration
 * at any time: so one listener is added to each context of Logback, at the first time, and is never removed.
 */
final class LogbackAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private static final Map<LoggerContext, Returning> RETURNING = new WeakHashMap<>();

    private final ExecutionLogs logs;

    private LogbackAppender(LoggerContext context, ExecutionLogs logs) {
        this.logs = logs;
        setContext(context);
        setName(LogCapture.NAME);
    }

    /** @return how to end it */
    static Runnable attach(LoggerContext context, ExecutionLogs logs) {
        LogbackAppender appender = new LogbackAppender(context, logs);
        Returning returning = returning(context);
        returning.appenders.add(appender);
        appender.attach(context);
        return () -> {
            returning.appenders.remove(appender);
            appender.detach(context);
        };
    }

    private static Returning returning(LoggerContext context) {
        synchronized (RETURNING) {
            Returning known = RETURNING.get(context);
            if (known == null || !context.getCopyOfListenerList().contains(known)) { // a context that stops forgets it
                known = known == null ? new Returning() : known;
                context.addListener(known);
                RETURNING.put(context, known);
            }
            return known;
        }
    }

    private void attach(LoggerContext context) {
        start();
        for (Logger logger : context.getLoggerList()) {
            if (logger.getName().equals(Logger.ROOT_LOGGER_NAME) || !logger.isAdditive()) {
                logger.addAppender(this);
            }
        }
    }

    private void detach(LoggerContext context) {
        context.getLoggerList().forEach(logger -> logger.detachAppender(this));
        stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
        logs.logged(MDC.get(ExecutionLogs.EXECUTION), () -> line(event));
    }

    private LogLine line(ILoggingEvent event) {
        return new LogLine(
                event.getInstant(),
                event.getLevel().toString(),
                event.getLoggerName(),
                logs.isHandlersThread() ? null : event.getThreadName(),
                event.getFormattedMessage(),
                thrown(event));
    }

    private static @Nullable Throwable thrown(ILoggingEvent event) {
        return event.getThrowableProxy() instanceof ThrowableProxy proxy ? proxy.getThrowable() : null;
    }

    /** Brings what is attached back when the configuration is loaded again. */
    private static final class Returning implements LoggerContextListener {

        private final Set<LogbackAppender> appenders = new CopyOnWriteArraySet<>();

        @Override
        public boolean isResetResistant() {
            return true;
        }

        @Override
        public void onReset(LoggerContext context) {
            appenders.forEach(appender -> appender.attach(context));
        }

        @Override
        public void onStart(LoggerContext context) {}

        @Override
        public void onStop(LoggerContext context) {}

        @Override
        public void onLevelChange(Logger logger, Level level) {}
    }
}
