package io.elasticjob;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is recorded of the firings of a job as wholes.
 *
 * @param areRecorded whether each firing is opened before its first shard and closed after its last one, and the next one
 *     waits for that
 * @param listeners names of those that are called before the first and after the last shard, in their order
 * @param timeout how long each call may take
 * @param deadline how long after its fire time a firing has to have ended; null for none
 * @since 0.1.0
 */
public record WholeFirings(
        boolean areRecorded,
        List<String> listeners,
        Duration timeout,
        @Nullable Duration deadline) {

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(365);
    private static final int MOST = 10;

    public WholeFirings {
        listeners = List.copyOf(listeners);
    }

    /** @throws InvalidSettingException when its keys cannot be used, by themselves or beside others */
    static WholeFirings read(WrittenSettings written) {
        List<String> listeners = written.read(JobKey.FIRING_LISTENERS, WholeFirings::names);
        boolean areWanted = written.read(JobKey.RECORD_FIRINGS, SettingForm.flag());
        WholeFirings firings = new WholeFirings(
                areWanted
                        || !listeners.isEmpty()
                        || !written.text(JobKey.PLANNER).isBlank(),
                listeners,
                written.read(JobKey.FIRING_LISTENER_TIMEOUT, SettingForm.duration(LONGEST)),
                written.text(JobKey.FIRING_DEADLINE).isEmpty()
                        ? null
                        : written.read(JobKey.FIRING_DEADLINE, SettingForm.duration(LONGEST_DEADLINE)));
        if (firings.areRecorded) {
            JobKey because = areWanted ? JobKey.RECORD_FIRINGS : JobKey.PLANNER;
            check(written, listeners.isEmpty() ? because : JobKey.FIRING_LISTENERS);
        } else if (firings.deadline != null) {
            throw written.invalid(
                    JobKey.FIRING_DEADLINE,
                    "needs recordFirings=true, or firingListeners: else no firing is recorded as ended");
        }
        return firings;
    }

    /** How long after its fire time a firing has to have ended, if that is asked for. */
    public Optional<Duration> byThen() {
        return Optional.ofNullable(deadline);
    }

    private static void check(WrittenSettings written, JobKey key) {
        if (!written.read(JobKey.MONITOR_EXECUTION, SettingForm.flag())) {
            throw written.invalid(
                    key, "needs monitorExecution=true: without records no instance knows when all shards have ended");
        }
        if (!Jitter.read(written).isNone()) {
            throw written.invalid(
                    key,
                    "cannot be set beside jitter=\"" + written.text(JobKey.JITTER)
                            + "\": a firing begins as a whole, at one time");
        }
    }

    private static List<String> names(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> names =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        if (names.stream().anyMatch(String::isEmpty)
                || names.stream().distinct().count() < names.size()) {
            throw new IllegalArgumentException("must be names of listeners, separated by commas, each of them once");
        }
        if (names.size() > MOST) {
            throw new IllegalArgumentException("must be at most " + MOST + " names");
        }
        return names;
    }
}
