package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether an engine that turns and is connected does its work: none of its steps fails, and what it has to know of the
 * namespace before it may begin anything is told to it.
 *
 * @param failure the latest steps that failed; null when none has of late
 * @param gap what is not known since the engine was connected; null when all is
 */
public record Soundness(@Nullable Failure failure, @Nullable Gap gap) {

    public static final Soundness SOUND = new Soundness(null, null);

    /** After so long without a step that fails, the engine counts as sound again. */
    public static final Duration QUIET = Duration.ofMinutes(1);

    /** So long may it take until everything is known. */
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    /**
     * @param what failed last, and with what
     * @param since wall clock at the first of the steps that failed
     * @param lastNanos stopwatch at the last of them
     */
    public record Failure(String what, Instant since, long lastNanos) {}

    /**
     * @param what is not known
     * @param since wall clock when that began, and the stopwatch at the same moment
     */
    public record Gap(String what, Instant since, long sinceNanos) {}

    /** What is wrong, in words, and since when. */
    public record Trouble(String reason, Instant since) {}

    /** A step has failed. */
    public Soundness failed(String what, Instant now, long nanos) {
        return new Soundness(new Failure(what, failure == null ? now : failure.since(), nanos), gap);
    }

    /** What is not known now though the engine is connected; null when all is known, or it is not connected. */
    public Soundness missing(@Nullable String what, Instant now, long nanos) {
        if (what == null) {
            return gap == null ? this : new Soundness(failure, null);
        }
        return new Soundness(
                failure, gap == null ? new Gap(what, now, nanos) : new Gap(what, gap.since(), gap.sinceNanos()));
    }

    /** What is left of it by now. */
    public Soundness at(long nanos) {
        return failure != null && nanos - failure.lastNanos() > QUIET.toNanos() ? new Soundness(null, gap) : this;
    }

    /** What somebody should know and look at; empty when all is well, or may be in a moment. */
    public Optional<Trouble> trouble(long nanos) {
        if (failure != null) {
            return Optional.of(new Trouble("a step of it failed: " + failure.what(), failure.since()));
        }
        if (gap != null && nanos - gap.sinceNanos() >= PATIENCE.toNanos()) {
            return Optional.of(new Trouble(
                    "it is connected, and still does not know " + gap.what()
                            + ": nothing new starts here until it does",
                    gap.since()));
        }
        return Optional.empty();
    }
}
