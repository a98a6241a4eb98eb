package io.elasticjob.boot.logs;

import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.history.LogLine;
import java.beans.PropertyChangeEvent;
import java.beans.PropertyChangeListener;
import java.time.Instant;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/**
 * Called on the thread that logs, or, with asynchronous loggers, on the one that all appenders are called on; then only the
 * mapped diagnostic context of the event tells whose it is. When another configuration is loaded it comes back to its loggers.
 */
final class Log4jAppender extends AbstractAppender implements PropertyChangeListener {

    private final LoggerContext context;
    private final ExecutionLogs logs;

    private Log4jAppender(LoggerContext context, ExecutionLogs logs) {
        super(LogCapture.NAME, null, null, true, Property.EMPTY_ARRAY);
        this.context = context;
        this.logs = logs;
    }

    /** @return how to end it */
    static Runnable attach(LoggerContext context, ExecutionLogs logs) {
        Log4jAppender appender = new Log4jAppender(context, logs);
        appender.attach();
        context.addPropertyChangeListener(appender);
        return appender::detach;
    }

    private void attach() {
        start();
        Configuration configuration = context.getConfiguration();
        for (LoggerConfig logger : configuration.getLoggers().values()) {
            boolean hears = logger.getAppenders().containsKey(getName());
            if (!hears && (logger == configuration.getRootLogger() || !logger.isAdditive())) {
                logger.addAppender(this, null, null);
            }
        }
    }

    private void detach() {
        context.removePropertyChangeListener(this);
        context.getConfiguration().getLoggers().values().forEach(logger -> logger.removeAppender(getName()));
        stop();
    }

    @Override
    public void propertyChange(PropertyChangeEvent change) {
        if (LoggerContext.PROPERTY_CONFIG.equals(change.getPropertyName())) {
            attach();
        }
    }

    @Override
    public void append(LogEvent event) {
        logs.logged(event.getContextData().getValue(ExecutionLogs.EXECUTION), () -> line(event));
    }

    private LogLine line(LogEvent event) {
        return new LogLine(
                Instant.ofEpochMilli(event.getTimeMillis()),
                event.getLevel().name(),
                event.getLoggerName(),
                logs.isHandlersThread() ? null : event.getThreadName(),
                event.getMessage().getFormattedMessage(),
                event.getThrown());
    }
}
