package io.elasticjob;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whether and when a firing that failed is run again for the shard.
 *
 * @param attempts how often at most, after the first failure; 0 for never
 * @param backOff how long it waits for that
 * @param on class names of exceptions that are worth it, with all that extend them; empty for all
 * @param notOn class names of exceptions that are not, with all that extend them; counts more than {@code on}
 * @since 0.1.0
 */
public record Retry(int attempts, BackOff backOff, Set<String> on, Set<String> notOn) {

    /** What an execution counts as having thrown that has timed out. */
    public static final String TIMEOUT = "java.util.concurrent.TimeoutException";

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Pattern CLASS = Pattern.compile("[\\p{Alpha}_$][\\w$]*(\\.[\\p{Alpha}_$][\\w$]*)*");
    private static final int MOST_ATTEMPTS = 100;
    private static final int MOST_FACTOR = 100;

    public Retry {
        on = Set.copyOf(on);
        notOn = Set.copyOf(notOn);
    }

    /**
     * How long a firing waits from one failure to the next attempt.
     *
     * @param first after the first failure
     * @param factor by which the pause grows with each further one, from 1
     * @param most that it grows to
     * @param jitter by how much of itself it is longer at most, from 0 to 1. How much, is settled by job, shard, firing and
     *     failure, the same on all instances
     */
    public record BackOff(Duration first, double factor, Duration most, double jitter) {

        /**
         * The pause after a failure.
         *
         * @param failures of the firing so far, from 1
         */
        public Duration pause(String job, int shard, Firing firing, int failures) {
            double grown = first.toMillis() * Math.pow(factor, failures - 1);
            double bounded = Math.min(grown, most.toMillis());
            int hash = (job + "/" + shard + "/" + firing.text() + "/" + failures).hashCode() * 0x9E3779B1;
            double share = (hash >>> 8) / (double) (1 << 24);
            return Duration.ofMillis(Math.round(bounded * (1 + jitter * share)));
        }
    }

    /** Whether a firing that has failed so often, and in this way the last time, is to be run again. */
    public boolean follows(Outcome outcome, int failures) {
        if (outcome instanceof Outcome.Failed failed) {
            return failures <= attempts && concerns(failed.types());
        }
        return outcome instanceof Outcome.TimedOut
                && failures <= attempts
                && concerns(List.of(TIMEOUT, "java.lang.Exception", "java.lang.Throwable"));
    }

    private boolean concerns(List<String> types) {
        return (on.isEmpty() || types.stream().anyMatch(on::contains))
                && types.stream().noneMatch(notOn::contains);
    }

    /** @throws InvalidSettingException when the keys of retries cannot be used, by themselves or beside others */
    static Retry read(WrittenSettings written) {
        int attempts = written.read(JobKey.RETRY_ATTEMPTS, SettingForm.number(0, MOST_ATTEMPTS));
        Duration first = written.read(JobKey.RETRY_DELAY, SettingForm.duration(LONGEST));
        Duration most = written.read(JobKey.RETRY_MAX_DELAY, SettingForm.duration(LONGEST));
        if (attempts > 0 && !written.read(JobKey.MONITOR_EXECUTION, SettingForm.flag())) {
            throw written.invalid(
                    JobKey.RETRY_ATTEMPTS,
                    "needs monitorExecution=true: without records no instance knows what has failed");
        }
        if (first.compareTo(most) > 0 && written.all().containsKey(JobKey.RETRY_MAX_DELAY)) {
            throw written.invalid(
                    JobKey.RETRY_MAX_DELAY,
                    "must not be shorter than retryDelay=\"" + written.text(JobKey.RETRY_DELAY) + "\"");
        }
        return new Retry(
                attempts,
                new BackOff(
                        first,
                        written.read(JobKey.RETRY_FACTOR, SettingForm.decimal(1, MOST_FACTOR)),
                        first.compareTo(most) > 0 ? first : most,
                        written.read(JobKey.RETRY_JITTER, SettingForm.decimal(0, 1))),
                written.read(JobKey.RETRY_ON, Retry::classes),
                written.read(JobKey.RETRY_NOT_ON, Retry::classes));
    }

    private static Set<String> classes(String text) {
        Set<String> classes = new LinkedHashSet<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            String name = part.strip();
            if (!CLASS.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "must be names of exceptions, separated by commas, such as java.io.IOException");
            }
            classes.add(name);
        }
        return classes;
    }
}
