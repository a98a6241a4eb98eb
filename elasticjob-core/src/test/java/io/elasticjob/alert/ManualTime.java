package io.elasticjob.alert;

import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that passes when a test says so. Tasks run at once, on the test's thread. */
final class ManualTime implements Timekeeper {

    static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private record Alarm(long nanos, Runnable task) {}

    private final List<Alarm> alarms = new ArrayList<>();

    /** Near the end of its range, as a stopwatch may be: only differences count. */
    private final long origin = Long.MAX_VALUE - Duration.ofMinutes(5).toNanos();

    private long passed;

    Moment moment() {
        return Moment.of(this);
    }

    @Override
    public Instant now() {
        return NOON.plusNanos(passed);
    }

    @Override
    public long nanoTime() {
        return origin + passed;
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public void after(Duration delay, Runnable task) {
        alarms.add(new Alarm(passed + delay.toNanos(), task));
    }

    void pass(Duration duration) {
        long until = passed + duration.toNanos();
        while (true) {
            Alarm next = alarms.stream()
                    .filter(alarm -> alarm.nanos() <= until)
                    .min(Comparator.comparingLong(Alarm::nanos))
                    .orElse(null);
            if (next == null) {
                passed = until;
                return;
            }
            alarms.remove(next);
            passed = Math.max(passed, next.nanos());
            next.task().run();
        }
    }
}
