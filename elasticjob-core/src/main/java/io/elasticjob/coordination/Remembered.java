package io.elasticjob.coordination;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an instance remembers of the namespace, by which it knows whether data was lost.
 *
 * @param folders those of the namespace as last read, by path
 * @param before the highest transaction id that was heard of before the present session; null once the folders were read
 *     under it
 * @param countedUpTo jobs that were created in later transactions may not be counted in what is remembered of their folder
 */
public record Remembered(
        Map<String, Landmark> folders, @Nullable Long before, long countedUpTo) {

    public static final Remembered NOTHING = new Remembered(Map.of(), 0L, 0);

    public Remembered {
        folders = Map.copyOf(folders);
    }

    /** The same at the beginning of a session, before the instance registers. */
    public Remembered underNewSession(long latest) {
        return new Remembered(folders, latest, countedUpTo);
    }

    /** Whether nothing was read under the present session yet. */
    public boolean isOfFormerSession() {
        return before != null;
    }

    /**
     * What was lost between what is remembered and what was just read.
     *
     * @param paths of all folders, those above others first
     * @param found the folders as just read, by path
     * @param known this instance's own node as read before; null when it was not
     * @param own this instance's own node as just read
     */
    public Optional<DataLoss> loss(
            List<String> paths, Map<String, Landmark> found, @Nullable Landmark known, Landmark own) {
        Long latest = before;
        Optional<DataLoss> ofFolders = latest == null
                ? DataLoss.between(paths, folders, 0, found, null)
                : DataLoss.between(paths, folders, latest, found, own);
        return ofFolders.or(() ->
                Optional.ofNullable(known).flatMap(node -> node.wentBack(own)).map(DataLoss.WentBack::new));
    }

    /**
     * What is remembered from now on.
     *
     * @param found the folders as just read, by path
     * @param own transaction id of this instance's registration, which came before that
     * @param isLost whether data was lost
     */
    public Remembered read(Map<String, Landmark> found, long own, boolean isLost) {
        return new Remembered(found, null, isOfFormerSession() || isLost ? own : countedUpTo);
    }

    /**
     * A job was created that is to be counted.
     *
     * @param created transaction id of the creation
     * @return empty when it is counted already
     */
    public Optional<Remembered> withJob(long created) {
        return created > countedUpTo ? Optional.of(new Remembered(folders, before, created)) : Optional.empty();
    }
}
