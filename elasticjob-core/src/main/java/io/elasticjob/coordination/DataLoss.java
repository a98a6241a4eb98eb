package io.elasticjob.coordination;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Data that was in the registry is not there any more, and no instance took it away: nothing that was read before is
 * believed any more, and everything is read again.
 */
public sealed interface DataLoss {

    /** In words, with the evidence. */
    String what();

    /**
     * The registry was emptied, or restored from a backup: transaction ids, and with them fencing tokens, are given again.
     */
    record WentBack(String what) implements DataLoss {}

    /** Somebody deleted it while the registry went on. */
    record Deleted(String what) implements DataLoss {}

    /**
     * Decides from what is remembered and what is there now.
     *
     * @param paths of all landmarks, those above others first
     * @param before as last read, by path; nothing is said of what is not in it
     * @param latest the highest transaction id that was heard of before the registration of {@code own}
     * @param after as just read, by path
     * @param own this instance's own node; null to say nothing of it
     */
    static Optional<DataLoss> between(
            List<String> paths,
            Map<String, Landmark> before,
            long latest,
            Map<String, Landmark> after,
            @Nullable Landmark own) {
        if (own != null && own.created() <= latest) {
            return Optional.of(new WentBack("this instance was registered in transaction " + Landmark.hex(own.created())
                    + ", though transaction " + Landmark.hex(latest) + " was read before"));
        }
        DataLoss deleted = null;
        for (String path : paths) {
            Landmark known = before.get(path);
            Landmark found = after.get(path);
            if (known == null) {
                continue;
            }
            Optional<String> evidence = found == null ? Optional.empty() : known.wentBack(found);
            if (evidence.isPresent()) {
                return evidence.map(WentBack::new);
            }
            if (deleted == null && (found == null || !known.isSameNode(found))) {
                deleted = new Deleted(path + " was deleted");
            }
        }
        return Optional.ofNullable(deleted);
    }
}
