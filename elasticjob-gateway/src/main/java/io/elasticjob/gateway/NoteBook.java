package io.elasticjob.gateway;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which notes of an execution were taken, and what became of them: an answer that its worker has not heard is given again.
 * Confined to the loop.
 */
final class NoteBook {

    /** Older ones are not asked for again by a worker that waits for each. */
    private static final int MOST_REFUSALS = 100;

    private final Set<Long> underWay = new HashSet<>();
    private final Map<Long, String> refused = new LinkedHashMap<>();
    private long newest = -1;

    /** Whether a note of this number is new; from then on it is under way. */
    boolean begin(long seq) {
        if (seq <= newest) {
            return false;
        }
        newest = seq;
        underWay.add(seq);
        return true;
    }

    /** @param why it is refused; "" when it is recorded */
    void end(long seq, String why) {
        underWay.remove(seq);
        if (!why.isEmpty()) {
            refused.put(seq, why);
            if (refused.size() > MOST_REFUSALS) {
                refused.remove(refused.keySet().iterator().next());
            }
        }
    }

    /** Why the note was refused, "" when it was recorded; empty while it is under way. */
    Optional<String> outcome(long seq) {
        return underWay.contains(seq) ? Optional.empty() : Optional.of(refused.getOrDefault(seq, ""));
    }
}
