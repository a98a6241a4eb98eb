package io.elasticjob.alert;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.alert.Alert.Origin;
import io.elasticjob.alert.AlertCounts.Fate;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to the job engine and tells channels what is worth an alert. Has a daemon thread of its own, {@code
 * elasticjob-alerts}, and one for each channel, so that neither jobs nor other channels wait for one that is slow.
 */
public final class AlertNotifier implements Consumer<ElasticJobEvent>, AutoCloseable {

    /** How long {@link #close()} waits for what is under way. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    /** So often it is looked whether a channel waits for that end itself. */
    private static final Duration LOOK = Duration.ofMillis(250);

    private static final Logger log = LoggerFactory.getLogger("io.elasticjob.alerts");

    private record Outlet(AlertLimit limit, AlertDelivery delivery, AlertCounts counts, Timekeeper time) {}

    private final AlertSettings settings;
    private final Timekeeper time;
    private final Map<String, Outlet> outlets;

    // What follows is the thread's own.
    private final AlertRules rules;
    private @Nullable Long alarm;

    /**
     * Starts its threads.
     *
     * @param origin of the alerts; its instance is replaced as this process registers
     * @param channels by name, as it is in messages and metrics
     */
    public AlertNotifier(AlertSettings settings, Origin origin, Map<String, ? extends AlertChannel> channels) {
        this(settings, origin, channels, SystemTimekeeper::daemon);
    }

    /** @param timekeepers makes the thread of this name; closed in the end if it can be */
    public AlertNotifier(
            AlertSettings settings,
            Origin origin,
            Map<String, ? extends AlertChannel> channels,
            Function<String, Timekeeper> timekeepers) {
        this.settings = settings;
        this.rules = new AlertRules(settings, origin);
        this.time = timekeepers.apply("elasticjob-alerts");
        Map<String, Outlet> outlets = new LinkedHashMap<>();
        channels.forEach((name, channel) -> {
            AlertCounts counts = new AlertCounts();
            Timekeeper its = timekeepers.apply("elasticjob-alerts-" + name);
            outlets.put(
                    name,
                    new Outlet(
                            new AlertLimit(
                                    settings.rate().interval(), settings.rate().maxPerMinute()),
                            new AlertDelivery(name, channel, its, counts),
                            counts,
                            its));
        });
        this.outlets = Collections.unmodifiableMap(outlets);
    }

    /** What became of the alerts of each channel, by its name; the numbers go on. */
    public Map<String, AlertCounts> counts() {
        Map<String, AlertCounts> counts = new LinkedHashMap<>();
        outlets.forEach((name, outlet) -> counts.put(name, outlet.counts()));
        return counts;
    }

    /** Takes note of an event. From any thread; never blocks. */
    @Override
    public void accept(ElasticJobEvent event) {
        Moment now = Moment.of(time);
        time.execute(() -> {
            rules.on(event, now).forEach(alert -> tell(alert, now));
            if (event instanceof ElasticJobEvent.JobRemoved removed) {
                outlets.values().forEach(outlet -> outlet.limit().removed(removed.job()));
            }
            arm(now);
        });
    }

    private void tell(Alert alert, Moment now) {
        for (Outlet outlet : outlets.values()) {
            outlet.limit().admit(alert, now).ifPresentOrElse(admitted -> send(outlet, admitted), () -> {
                if (!alert.isRecovery()) {
                    outlet.counts().count(alert, Fate.SUPPRESSED);
                }
            });
        }
    }

    private void send(Outlet outlet, Alert alert) {
        if (!alert.isRecovery() || settings.recovered()) {
            outlet.delivery().offer(alert);
        }
    }

    private void timePassed() {
        Moment now = Moment.of(time);
        rules.passed(now).forEach(alert -> tell(alert, now));
        outlets.values().forEach(outlet -> outlet.limit().passed(now).forEach(alert -> send(outlet, alert)));
        arm(now);
    }

    /** Sees to it that what time alone brings is asked for; an alarm that rings too early does no harm. */
    private void arm(Moment now) {
        LongStream.Builder deadlines = LongStream.builder();
        rules.nextDeadline().ifPresent(deadlines::add);
        outlets.values().forEach(outlet -> outlet.limit().nextDeadline().ifPresent(deadlines::add));
        OptionalLong next = Deadlines.first(deadlines.build());
        if (next.isEmpty() || alarm != null && alarm - next.getAsLong() <= 0) {
            return;
        }
        long due = next.getAsLong();
        alarm = due;
        time.after(Duration.ofNanos(Math.max(0, due - now.nanos())), () -> {
            if (alarm != null && alarm == due) {
                alarm = null;
                timePassed();
            }
        });
    }

    /**
     * Lets what was told before reach the channels, for a few seconds at most, and ends the threads. What still waits for
     * another attempt is lost, and logged as a number. A channel that itself waits for this, since it closes its own
     * application, is not waited for.
     */
    @Override
    public void close() {
        long deadline = time.nanoTime() + LAST_WORDS.toNanos();
        CountDownLatch heard = new CountDownLatch(1);
        time.execute(heard::countDown);
        boolean all = await(heard, deadline, () -> false);
        Map<Outlet, CountDownLatch> said = new LinkedHashMap<>();
        outlets.values().forEach(outlet -> {
            CountDownLatch last = new CountDownLatch(1);
            outlet.time().execute(last::countDown);
            said.put(outlet, last);
        });
        for (Map.Entry<Outlet, CountDownLatch> last : said.entrySet()) {
            all &= await(last.getValue(), deadline, last.getKey().delivery()::waitsForTheEnd);
        }
        int lost = outlets.values().stream()
                .mapToInt(outlet -> outlet.delivery().open())
                .sum();
        if (lost > 0) {
            log.warn("{} alert(s) were not sent before the end", lost);
        } else if (!all) {
            log.warn("It is not known whether all alerts were sent before the end");
        }
        end(time);
        outlets.values().forEach(outlet -> end(outlet.time()));
    }

    private boolean await(CountDownLatch latch, long deadline, BooleanSupplier isInVain) {
        try {
            while (!isInVain.getAsBoolean()) {
                long left = deadline - time.nanoTime();
                if (latch.await(Math.min(left, LOOK.toNanos()), TimeUnit.NANOSECONDS)) {
                    return true;
                }
                if (left <= LOOK.toNanos()) {
                    return false;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private static void end(Timekeeper time) {
        if (time instanceof SystemTimekeeper system) {
            system.close();
        }
    }
}
