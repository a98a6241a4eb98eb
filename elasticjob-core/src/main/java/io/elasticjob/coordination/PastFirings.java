package io.elasticjob.coordination;

import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of the firings of a job that are over, so that they can be run again: the latest, and of those before them the
 * ones that failed, within bounds. It has how often each shard has begun them, so that no attempt has the number of an earlier one.
 *
 * @param opened what the firing runs with that is open; null while none is
 * @param closed the oldest first, by when they were opened first
 * @param requests ids of the requests that have run some of them again, the oldest first: each counts once
 */
public record PastFirings(@Nullable Opened opened, List<PastFiring> closed, List<String> requests) {

    /** Of a job none of whose firings was closed yet. */
    public static final PastFirings NONE = new PastFirings(null, List.of(), List.of());

    /** So many are kept, however they have ended. */
    public static final int LATEST = 5;

    /** So many are kept in all. */
    public static final int MOST = 100;

    /** So many requests are remembered. */
    public static final int MOST_REQUESTS = 32;

    /** About how many characters all of them may take. */
    static final int MOST_LENGTH = 60_000;

    public PastFirings {
        closed = List.copyOf(closed);
        requests = List.copyOf(requests);
    }

    /**
     * A firing that is open.
     *
     * @param successors whether the jobs run after it that are to run after the job
     */
    public record Opened(Firing firing, PastFiring.Asked asked, boolean successors) {}

    /** What is kept of a firing. */
    public Optional<PastFiring> of(Firing firing) {
        return closed.stream()
                .filter(one -> one.of().firing().equals(firing.identity()))
                .findFirst();
    }

    PastFirings opened(Opened next) {
        return new PastFirings(next, closed, requests);
    }

    /** Whether the jobs run after this firing that are to run after its job. */
    public boolean hasSuccessors(Firing firing) {
        boolean isRerun = !firing.identity().equals(firing);
        return opened != null && opened.firing().equals(firing) ? opened.successors() : !isRerun;
    }

    /** The same after a firing was closed. One that was run again keeps its place, or is not kept any more. */
    PastFirings closed(FiringRecord.Whole whole, IntFunction<ShardRecord> records, Instant now) {
        List<PastFiring> all = new ArrayList<>();
        if (whole.isRerun()) {
            closed.forEach(one ->
                    all.add(one.of().firing().equals(whole.firing().identity()) ? one.with(whole, records, now) : one));
        } else if (opened != null && opened.firing().equals(whole.firing())) {
            all.addAll(closed);
            all.removeIf(one -> one.of().firing().equals(whole.firing()));
            all.add(PastFiring.of(whole, records, opened.asked(), now));
        } else { // opened by a version that does not know of this
            all.addAll(closed);
        }
        return new PastFirings(null, kept(all), requests);
    }

    private static List<PastFiring> kept(List<PastFiring> all) {
        List<PastFiring> kept = new ArrayList<>();
        int length = 0;
        for (int i = all.size() - 1; i >= 0 && kept.size() < MOST; i--) {
            PastFiring one = all.get(i);
            boolean isWanted = kept.size() < LATEST || !one.failed().isEmpty();
            length += isWanted ? one.length() : 0;
            if (isWanted && length <= MOST_LENGTH) {
                kept.add(0, one);
            }
        }
        return kept;
    }

    /** The same after a request to run some of them again. */
    PastFirings requested(String id) {
        List<String> all = new ArrayList<>(requests);
        all.add(id);
        return new PastFirings(opened, closed, all.subList(Math.max(0, all.size() - MOST_REQUESTS), all.size()));
    }
}
