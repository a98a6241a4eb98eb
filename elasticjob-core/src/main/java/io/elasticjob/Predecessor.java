package io.elasticjob;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A job after whose firings another one runs.
 *
 * @param job its name
 * @param on after which of its firings
 * @since 0.1.0
 */
public record Predecessor(String job, On on) {

    /** After which firings of a job another one runs. */
    public enum On {
        SUCCEEDED,
        FAILED,
        /** Those of which no shard ran, or had anything to do. */
        SKIPPED,
        ANY;

        /** Whether it runs after a firing that has ended so. */
        public boolean includes(FiringResult result) {
            return this == ANY || name().equals(result.name());
        }
    }

    private static final int MOST = 20;

    /** @throws InvalidSettingException when the key {@code after} cannot be used */
    static List<Predecessor> read(String name, WrittenSettings written) {
        List<Predecessor> all = written.read(JobKey.AFTER, Predecessor::parse);
        if (all.stream().anyMatch(one -> one.job().equals(name))) {
            throw written.invalid(JobKey.AFTER, "must not name the job itself: it would run without end");
        }
        return all;
    }

    private static List<Predecessor> parse(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<Predecessor> all =
                Arrays.stream(text.split(",", -1)).map(Predecessor::one).toList();
        if (all.stream().map(Predecessor::job).distinct().count() < all.size()) {
            throw new IllegalArgumentException("must name each job once");
        }
        if (all.size() > MOST) {
            throw new IllegalArgumentException("must name at most " + MOST + " jobs");
        }
        return all;
    }

    private static Predecessor one(String text) {
        int colon = text.lastIndexOf(':');
        String job = (colon < 0 ? text : text.substring(0, colon)).strip();
        String on = colon < 0 ? On.SUCCEEDED.name() : text.substring(colon + 1).strip();
        if (job.isEmpty()
                || Arrays.stream(On.values()).noneMatch(known -> known.name().equalsIgnoreCase(on))) {
            throw new IllegalArgumentException(
                    "must be names of jobs, separated by commas, each with SUCCEEDED, FAILED, SKIPPED or ANY after a colon if it"
                            + " is not SUCCEEDED, as in orders,bills:ANY");
        }
        return new Predecessor(job, On.valueOf(on.toUpperCase(Locale.ROOT)));
    }
}
