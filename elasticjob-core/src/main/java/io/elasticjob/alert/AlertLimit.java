package io.elasticjob.alert;

import io.elasticjob.alert.Alert.Subject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * How often one channel is given alerts. It reads no clock and is used by one thread at a time.
 *
 * <ul>
 *   <li>Of the same job and condition one in an interval; the last one held back follows when the interval is over, and
 *       says how many more there were.
 *   <li>Of all together so many in a minute; how many more there were follows a minute after the first of those. They are
 *       dropped: who has had that many messages is warned.
 *   <li>A recovery is given to a channel that was given the alert, always, and to no other; what is held back of that alert
 *       is over with it.
 * </ul>
 */
final class AlertLimit {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private record Topic(AlertCondition condition, @Nullable String job) {
        static Topic of(Alert alert) {
            return new Topic(alert.condition(), alert.subject().job());
        }
    }

    /** What this channel has been given of a topic. */
    private static final class Told {
        /** By the stopwatch. */
        long again;
        /** Since the last one that was given. */
        long suppressed;

        @Nullable
        Alert last;

        boolean open;
        /** Whether the job was removed since, so that it cannot recover. */
        boolean gone;
    }

    private final Duration interval;
    private final int maxPerMinute;
    private final Map<Topic, Told> told = new LinkedHashMap<>();

    /** When each alert of the last minute is a minute old. */
    private final Deque<Long> lastMinute = new ArrayDeque<>();

    private long dropped;
    private @Nullable Alert firstDropped;
    private long summary;

    AlertLimit(Duration interval, int maxPerMinute) {
        this.interval = interval;
        this.maxPerMinute = maxPerMinute;
    }

    /** The alert as it is to be given now, or empty when it is held back. */
    Optional<Alert> admit(Alert alert, Moment now) {
        Topic topic = Topic.of(alert);
        forget(now);
        if (alert.isRecovery()) {
            Told before = told.get(topic);
            if (before == null || !before.open) {
                return Optional.empty();
            }
            Alert whole = alert.withSuppressed(before.suppressed);
            before.open = false;
            before.suppressed = 0;
            before.last = null;
            return Optional.of(whole);
        }
        Told before = told.get(topic);
        if (before != null) {
            before.gone = false; // it is there again
        }
        if (before != null && now.isBefore(before.again)) {
            before.suppressed++;
            before.last = alert;
            return Optional.empty();
        }
        return give(topic, alert, before == null ? 0 : before.suppressed, now);
    }

    private Optional<Alert> give(Topic topic, Alert alert, long suppressed, Moment now) {
        while (!lastMinute.isEmpty() && !now.isBefore(lastMinute.getFirst())) {
            lastMinute.removeFirst();
        }
        if (lastMinute.size() >= maxPerMinute) {
            if (dropped == 0) {
                firstDropped = alert;
                summary = now.after(MINUTE);
            }
            dropped++;
            return Optional.empty();
        }
        lastMinute.addLast(now.after(MINUTE));
        Told its = told.computeIfAbsent(topic, any -> new Told());
        its.again = now.after(interval);
        its.suppressed = 0;
        its.last = null;
        its.open = topic.condition().recovers() && !its.gone;
        return Optional.of(alert.withSuppressed(suppressed));
    }

    /** A job is no more: nothing of it will recover. What is held back is still given in its time. */
    void removed(String job) {
        told.forEach((topic, its) -> {
            if (job.equals(topic.job())) {
                its.open = false;
                its.gone = true;
            }
        });
    }

    /** What is to be given because time has passed. */
    List<Alert> passed(Moment now) {
        List<Alert> due = new ArrayList<>();
        List.copyOf(told.entrySet()).forEach(entry -> {
            Told its = entry.getValue();
            Alert last = its.last;
            if (last != null && !now.isBefore(its.again)) {
                long others = its.suppressed - 1;
                its.last = null;
                give(entry.getKey(), last, others, now).ifPresent(due::add);
            }
        });
        forget(now);
        if (firstDropped != null && !now.isBefore(summary)) {
            due.add(new Alert(
                    AlertCondition.HELD_BACK,
                    Alert.State.RAISED,
                    Subject.NONE,
                    new Alert.Message(
                            dropped + " more alerts were held back within a minute",
                            "The first of them: " + firstDropped.headline()),
                    new Alert.Period(firstDropped.period().at(), now.wall()),
                    firstDropped.origin(),
                    0));
            firstDropped = null;
            dropped = 0;
        }
        return due;
    }

    /** Forgets topics of which nothing is held back, or will recover. */
    private void forget(Moment now) {
        told.values().removeIf(its -> !its.open && its.suppressed == 0 && !now.isBefore(its.again));
    }

    /** When {@link #passed} has to be asked at the latest, by the stopwatch; empty when time alone brings nothing. */
    OptionalLong nextDeadline() {
        LongStream.Builder next = LongStream.builder();
        told.values().stream().filter(its -> its.last != null).forEach(its -> next.add(its.again));
        if (firstDropped != null) {
            next.add(summary);
        }
        return Deadlines.first(next.build());
    }
}
