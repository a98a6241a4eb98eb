package io.elasticjob.integration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * Holds up the thread on which ZooKeeper's own client sends, receives and keeps its session alive: where it logs, as on a
 * disk that is full or a pipe that nobody reads. Of the clients that threads of one group have made, until it is closed.
 */
final class HeldUpClient extends TurboFilter implements AutoCloseable {

    private final ThreadGroup group;
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);

    HeldUpClient(ThreadGroup group) {
        this.group = group;
        start();
        ((LoggerContext) LoggerFactory.getILoggerFactory()).addTurboFilter(this);
    }

    @Override
    public FilterReply decide(
            Marker marker, Logger logger, Level level, String format, Object[] arguments, Throwable thrown) {
        Thread current = Thread.currentThread();
        if (current.getThreadGroup() == group && current.getName().contains("-SendThread(")) {
            held.countDown();
            boolean interrupted = false;
            while (over.getCount() > 0) {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    interrupted = true; // a write to a full pipe does not end for that
                }
            }
            if (interrupted) {
                current.interrupt();
            }
        }
        return FilterReply.NEUTRAL;
    }

    /** Whether the thread has come to where it is held. */
    boolean isHeld() {
        return held.getCount() == 0;
    }

    @Override
    public void close() {
        over.countDown();
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getTurboFilterList().remove(this);
    }
}
