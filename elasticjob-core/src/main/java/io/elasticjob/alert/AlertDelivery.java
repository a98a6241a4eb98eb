package io.elasticjob.alert;

import io.elasticjob.alert.AlertCounts.Fate;
import io.elasticjob.spi.OutsideCall;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.text.Thrown;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings alerts to one channel, in order, on the thread of its timekeeper, and tries again when that fails. While the
 * channel is out of order each alert is tried once. What waits is bounded; what is given up is counted, and logged once
 * until one arrives again.
 */
final class AlertDelivery {

    static final int MOST_WAITING = 100;

    /** Before the second attempt and those after it. */
    static final List<Duration> PAUSES = List.of(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(30));

    private static final Logger log = LoggerFactory.getLogger("io.elasticjob.alerts");

    private final String name;
    private final AlertChannel channel;
    private final Timekeeper time;
    private final AlertCounts counts;
    private final AtomicInteger waitingOrUnderWay = new AtomicInteger();

    // What follows is the channel's thread's own.
    private final Deque<Alert> waiting = new ArrayDeque<>();
    private int failures;
    private boolean pausing;
    private volatile boolean outOfOrder;

    /** What is being sent; null while nothing is. */
    private volatile @Nullable OutsideCall sending;

    AlertDelivery(String name, AlertChannel channel, Timekeeper time, AlertCounts counts) {
        this.name = name;
        this.channel = channel;
        this.time = time;
        this.counts = counts;
    }

    /** Has the alert sent some time. From any thread; never blocks. */
    void offer(Alert alert) {
        if (waitingOrUnderWay.incrementAndGet() > MOST_WAITING) {
            waitingOrUnderWay.decrementAndGet();
            giveUp(alert, MOST_WAITING + " alerts are waiting for it already");
            return;
        }
        time.execute(() -> {
            waiting.add(alert);
            if (!pausing) {
                sendAll();
            }
        });
    }

    /** How many have neither arrived nor been given up. From any thread. */
    int open() {
        return waitingOrUnderWay.get();
    }

    private void sendAll() {
        Alert alert = waiting.peek();
        while (alert != null) {
            Throwable failure = attempt(alert);
            if (failure != null && !outOfOrder && failures < PAUSES.size()) {
                pausing = true;
                time.after(PAUSES.get(failures++), () -> {
                    pausing = false;
                    sendAll();
                });
                return;
            }
            waiting.remove();
            waitingOrUnderWay.decrementAndGet();
            failures = 0;
            if (failure == null) {
                arrived(alert);
            } else {
                giveUp(alert, Objects.requireNonNullElseGet(failure.getMessage(), failure::toString));
            }
            alert = waiting.peek();
        }
    }

    /** What it failed with; it is code of the application that may throw anything. */
    private @Nullable Throwable attempt(Alert alert) {
        OutsideCall call = OutsideCall.begin();
        sending = call;
        try {
            channel.send(alert);
            return null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return interrupted;
        } catch (Throwable thrown) {
            Throwable failed = Thrown.tellable(thrown);
            log.debug("{} did not take the alert \"{}\"", name, alert.headline(), failed);
            return failed;
        } finally {
            call.end();
            sending = null;
        }
    }

    /** As {@link OutsideCall#waitsForTheEnd}. On the thread that closes. */
    boolean waitsForTheEnd() {
        OutsideCall call = sending;
        return call != null && call.waitsForTheEnd();
    }

    private void arrived(Alert alert) {
        counts.count(alert, Fate.SENT);
        if (outOfOrder) {
            outOfOrder = false;
            log.info("{} accepts alerts again", name);
        }
    }

    private void giveUp(Alert alert, String reason) {
        counts.count(alert, Fate.FAILED);
        if (!outOfOrder) {
            outOfOrder = true;
            log.warn(
                    "{} does not accept alerts, so that this one is lost: {}. Why: {}. Later alerts are tried once and only"
                            + " counted, until one is accepted",
                    name,
                    alert.headline(),
                    reason);
        }
    }
}
