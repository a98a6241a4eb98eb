package io.elasticjob;

import io.elasticjob.text.VisibleText;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How many shards run at the same time, on all instances together.
 *
 * @param maxConcurrentShards of this job, at least 1; null for no limit
 * @param limits names of limits that the job shares with others
 * @param priority among those that wait for the same limit, from 1 to 10; the higher goes first
 * @since 0.1.0
 */
public record Concurrency(@Nullable Integer maxConcurrentShards, SortedSet<String> limits, int priority) {

    /** The largest number that a limit may have. */
    public static final int MOST = 10_000;

    private static final int MOST_LIMITS = 8;
    private static final SettingForm<Integer> NUMBER = SettingForm.number(1, MOST);
    private static final SettingForm<Integer> PRIORITY = SettingForm.number(1, 10);

    public Concurrency {
        limits = Collections.unmodifiableSortedSet(new TreeSet<>(limits));
    }

    /** Whether a shard may have to wait because of what runs elsewhere. */
    public boolean isLimited() {
        return maxConcurrentShards != null || !limits.isEmpty();
    }

    /** @throws InvalidSettingException when the keys cannot be used, by themselves or beside others */
    static Concurrency read(WrittenSettings written) {
        int priority = written.read(JobKey.PRIORITY, PRIORITY);
        SortedSet<String> limits = written.read(JobKey.LIMITS, Concurrency::names);
        Integer most = written.text(JobKey.MAX_CONCURRENT_SHARDS).isEmpty()
                ? null
                : written.read(JobKey.MAX_CONCURRENT_SHARDS, NUMBER);
        Concurrency read = new Concurrency(most, limits, priority);
        if (read.isLimited() && !written.read(JobKey.MONITOR_EXECUTION, SettingForm.flag())) {
            throw written.invalid(
                    most != null ? JobKey.MAX_CONCURRENT_SHARDS : JobKey.LIMITS,
                    "needs monitorExecution=true: without records no instance knows what the others run");
        }
        return read;
    }

    private static SortedSet<String> names(String written) {
        SortedSet<String> names = new TreeSet<>();
        for (String part : written.isEmpty() ? new String[0] : written.split(",", -1)) {
            String name = part.strip();
            if (name.isEmpty()) {
                throw new IllegalArgumentException("has an empty name between its commas");
            }
            checkedName("the name of a limit", name, written);
            if (!names.add(name)) {
                throw new IllegalArgumentException("names the limit " + name + " twice");
            }
        }
        if (names.size() > MOST_LIMITS) {
            throw new IllegalArgumentException("names " + names.size() + " limits: at most " + MOST_LIMITS);
        }
        return names;
    }

    private static void checkedName(String what, String name, String written) {
        try {
            JobDefinition.checkedName(what, name);
        } catch (InvalidSettingException broken) {
            String which = name.equals(written) ? "" : "names the limit \"" + VisibleText.of(name, 40) + "\", which ";
            throw new IllegalArgumentException(which + broken.rule(), broken);
        }
    }

    /**
     * A limit as an application declares it.
     *
     * @param key where it is written
     * @throws InvalidSettingException when name or number cannot be used
     */
    public static void check(String key, String name, int most) {
        JobDefinition.checkedName(key, name);
        if (name.contains(",")) {
            throw new InvalidSettingException(key, name, "must not contain a comma: jobs separate limits by commas");
        }
        if (most < 1 || most > MOST) {
            throw new InvalidSettingException(
                    key, String.valueOf(most), "must be from 1 to " + MOST + "; to stop jobs, disable them");
        }
    }

    /** The names that are not among these. */
    public Set<String> without(Set<String> known) {
        Set<String> others = new TreeSet<>(limits);
        others.removeAll(known);
        return others;
    }
}
