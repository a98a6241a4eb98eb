package io.elasticjob.coordination;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the container in which an instance runs is dead for certain, by what is reported of it. Decides; never acts. Where it
 * says no, that is no proof of life either: nobody knows.
 */
public final class ContainerDeath {

    /** Words of a report that does not come from the container's end: nobody has seen it end. */
    private static final Set<String> GUESSES = Set.of("ContainerStatusUnknown", "NodeLost", "Unknown");

    private ContainerDeath() {}

    /**
     * Where an instance runs, as it says itself.
     *
     * @param pod unique for ever; it never moves to another machine
     * @param container of this run of the container: another one after each restart
     * @param startedAt when the instance started, by the clock of its machine
     */
    public record Place(String pod, String container, Instant startedAt) {}

    /**
     * That a container has terminated, as its machine reports it.
     *
     * @param reason one word
     * @param finishedAt by the clock of that machine; null where it does not tell
     * @param isShared whether processes of it may be seen by, or outlive it in, others: they share the processes of the pod or
     *     of the machine
     */
    public record Report(
            String pod,
            String container,
            String reason,
            @Nullable Instant finishedAt,
            boolean isShared) {}

    /**
     * Whether the instance is dead for certain. An instance can have taken the former run of its container for its own, where
     * the report of the present one was late: what has finished before it started is not its own.
     */
    public static boolean isProven(Place place, Report report) {
        return !place.pod().isEmpty()
                && !place.container().isEmpty()
                && place.pod().equals(report.pod())
                && place.container().equals(report.container())
                && !GUESSES.contains(report.reason())
                && !report.isShared()
                && report.finishedAt() != null
                && report.finishedAt().isAfter(place.startedAt());
    }
}
