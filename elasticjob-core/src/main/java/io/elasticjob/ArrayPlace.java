package io.elasticjob;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the record of a shard says of an execution that runs as an array of tasks on a cluster. Sets are of numbers of tasks.
 *
 * @param cluster name of the cluster; "" as long as nothing is known to be there
 * @param size how many tasks the firing has, those included that an earlier attempt has brought to a good end
 * @param identity the cluster's own of what was created. It is written before anything is released, and nothing is released
 *     without it; null before
 * @param earlier tasks that have ended well in earlier attempts: they are not part of this one
 * @param succeeded tasks that have ended well in this attempt
 * @param failed tasks that have ended otherwise in this attempt
 * @since 0.1.0
 */
public record ArrayPlace(
        String cluster, int size, @Nullable String identity, Indexes earlier, Indexes succeeded, Indexes failed) {

    private static final Pattern IDENTITY = Pattern.compile("[!-~]{1,4096}");

    public ArrayPlace {
        if (size < 1) {
            throw new IllegalArgumentException("An array has at least one task");
        }
        if (identity != null && !IDENTITY.matcher(identity).matches()) {
            throw new IllegalArgumentException("An identity has 1 to 4096 characters of visible ASCII without blanks");
        }
    }

    /** Of a firing that nothing was done about on a cluster. */
    public static ArrayPlace none(int size) {
        return new ArrayPlace("", size, null, Indexes.NONE, Indexes.NONE, Indexes.NONE);
    }

    /** What was created and may have been released; empty while nothing can have been. */
    public Optional<String> released() {
        return Optional.ofNullable(identity);
    }

    /** The tasks of this attempt. */
    public Indexes tasks() {
        return Indexes.upTo(size).without(earlier);
    }

    /** With what was created for this attempt. */
    public ArrayPlace at(String name, String created) {
        return new ArrayPlace(name, size, created, earlier, succeeded, failed);
    }

    /** With what the cluster has told of this attempt, beside what was known. */
    public ArrayPlace with(Indexes nowSucceeded, Indexes nowFailed) {
        Indexes good = succeeded.with(nowSucceeded);
        return new ArrayPlace(
                cluster, size, identity, earlier, good, failed.with(nowFailed).without(good));
    }

    /**
     * For the next attempt at the same firing: only what ended well stays.
     *
     * @param sizeNow how many tasks it has; where that has changed, all of them run
     */
    public ArrayPlace again(int sizeNow) {
        return size == sizeNow
                ? new ArrayPlace("", size, null, earlier.with(succeeded), Indexes.NONE, Indexes.NONE)
                : none(sizeNow);
    }

    /** How many tasks have ended well, in this attempt and before. */
    public int done() {
        return earlier.size() + succeeded.size();
    }

    /** How many tasks have ended, of all, as {@code 37 of 100, 2 failed}. */
    public Progress progress() {
        int ended = done() + failed.size();
        String failures = failed.isEmpty() ? "" : ", " + failed.size() + " failed";
        return new Progress((int) (100L * ended / size), ended + " of " + size + failures);
    }
}
