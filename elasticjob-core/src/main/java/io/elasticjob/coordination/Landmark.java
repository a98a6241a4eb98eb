package io.elasticjob.coordination;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What an instance remembers of a node of the registry, by which it knows whether what it reads later is the same node, and
 * not an earlier state of it. The creation's transaction id alone does not tell: a registry that was emptied, or restored
 * from a backup, gives the same ids and versions again, for other things.
 *
 * <p>No lag makes an instance see the past: within a session it is never shown less than before, and under a new session it
 * registers first, so that what it reads then is at least as young as that write.
 *
 * @param created transaction id of the creation
 * @param modified transaction id of the last change of the data
 * @param version number of changes of the data since the creation
 * @param childrenMade how many nodes were ever created directly below it
 */
public record Landmark(String path, long created, Instant createdAt, long modified, int version, long childrenMade) {

    /** Whether both are of one node, and not of two that were made under the same path one after the other. */
    public boolean isSameNode(Landmark other) {
        return created == other.created && createdAt.equals(other.createdAt);
    }

    /** Whether the data is the same, so that it need not be looked at again. */
    public boolean isSameData(Landmark other) {
        return isSameNode(other) && modified == other.modified && version == other.version;
    }

    /**
     * Why the registry's data must have gone back between this and what was read of the same path later, in words; empty
     * when it need not have: what was deleted and made again is younger.
     */
    public Optional<String> wentBack(Landmark later) {
        if (!isSameNode(later)) {
            return later.created <= created
                    ? Optional.of(path + " was created in transaction " + hex(later.created)
                            + ", though it was read before as created in transaction " + hex(created))
                    : Optional.empty();
        }
        if (later.version < version || later.modified < modified) {
            return Optional.of(path + " has version " + later.version + " of transaction " + hex(later.modified)
                    + ", though version " + version + " of transaction " + hex(modified) + " was read before");
        }
        return later.childrenMade < childrenMade
                ? Optional.of(path + " has had " + later.childrenMade + " children, though it had had " + childrenMade
                        + " before")
                : Optional.empty();
    }

    static String hex(long transaction) {
        return String.format(Locale.ROOT, "0x%x", transaction);
    }
}
