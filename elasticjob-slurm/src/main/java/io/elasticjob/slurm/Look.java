package io.elasticjob.slurm;

import io.elasticjob.spi.RunId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What there was at one time.
 *
 * @param lines what Slurm has of each creation
 * @param creations all of which something is in the shared directory, listed after Slurm was asked
 */
record Look(Map<Creation, List<QueueLine>> lines, List<Creation> creations, SharedDirectory directory) {

    /** A creation that is there. */
    record Found(Creation creation, Folder.Facts facts, RunProgress progress) {}

    boolean hasJobs(Creation creation) {
        return lines.containsKey(creation);
    }

    RunProgress progress(Creation creation, Folder.Facts facts) {
        Folder folder = directory.folder(creation);
        return new RunProgress(
                facts.tasks(),
                lines.getOrDefault(creation, List.of()),
                new RunProgress.Notes(folder.isReleased(), folder.isCancelled(), folder.hasBegun(), folder.ended()));
    }

    Optional<Found> found(Creation creation) {
        return directory.folder(creation).facts().map(facts -> new Found(creation, facts, progress(creation, facts)));
    }

    /**
     * What there is of a run. Two processes can have created it, one of which was held up: then that which was released, else
     * the older one.
     */
    Optional<Found> of(RunId run) {
        return creations.stream()
                .filter(creation -> creation.isOf(run))
                .flatMap(creation -> found(creation).stream())
                .filter(found ->
                        found.facts().run().equals(run) && found.progress().isThere())
                .min(Comparator.comparing((Found found) -> !found.progress().isReleased())
                        .thenComparing(found -> found.progress().firstJob())
                        .thenComparing(found -> found.creation().name()));
    }
}
