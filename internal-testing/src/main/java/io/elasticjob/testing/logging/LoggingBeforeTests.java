package io.elasticjob.testing.logging;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.slf4j.LoggerFactory;

/**
 * Sets logging up before the first test. Test classes run in parallel, and while one thread sets SLF4J up, all others get
 * substitutes for loggers, which are of no use to a test that reads what was logged.
 */
public final class LoggingBeforeTests implements LauncherSessionListener {

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        LoggerFactory.getILoggerFactory();
    }
}
