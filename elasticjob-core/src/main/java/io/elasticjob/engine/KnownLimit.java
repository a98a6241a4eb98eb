package io.elasticjob.engine;

import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Limit;
import io.elasticjob.coordination.LimitUse;
import io.elasticjob.coordination.Waiter;
import io.elasticjob.registry.Write;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A limit as it is known here, and what is under way about it. A claim that is counted writes the limit's node over, so that
 * of two that were decided on the same knowledge one is refused. What is not counted any more is deleted beside it, which
 * refuses nobody. Confined to the loop.
 */
final class KnownLimit {

    private static final int ABSENT = -1;

    final String name;

    private int version = ABSENT;
    private byte[] data = new byte[0];
    private @Nullable Limit stored;
    private final Set<Layout.ShardOf> holders = new HashSet<>();
    private SortedSet<Waiter> waiting = new TreeSet<>();

    /** Whether no process can have written it. */
    private boolean odd;

    /** Whether version and holders belong together. */
    private boolean known;

    /** Whether its server may be behind: what this instance knew was refused. */
    private boolean behind;

    private boolean dirty = true;
    private boolean listing;

    /** Cells whose claims are to be counted by one transaction that is not answered. */
    private final Set<ShardCell> party = new LinkedHashSet<>();

    /** Since when, by the stopwatch, there is room for them which they do not take. */
    private final Map<Waiter, Long> invitedSince = new HashMap<>();

    private final Set<Waiter> overlooked = new HashSet<>();

    KnownLimit(String name) {
        this.name = name;
    }

    // ---- What is known --------------------------------------------------------------------------------------------

    boolean isKnown() {
        return known;
    }

    /** Whether its node is there. */
    boolean isThere() {
        return known && version != ABSENT;
    }

    /**
     * Whether it is news that no process can have written it.
     *
     * @param now whether that is so
     */
    boolean isNewlyOdd(boolean now) {
        boolean isNews = now && !odd;
        odd = now;
        return isNews;
    }

    Optional<Limit> stored() {
        return Optional.ofNullable(stored);
    }

    int version() {
        return version;
    }

    /** @param most what the job says of its own limit; null where the node says it */
    LimitUse use(@Nullable Integer most) {
        int allowed = version == ABSENT ? 0 : most != null ? most : stored == null ? 0 : stored.most();
        return new LimitUse(allowed, holders, waiting);
    }

    Set<Waiter> overlooked() {
        return overlooked;
    }

    /** The write by which claims are counted. */
    Write count(String path) {
        return new Write.Put(path, data, Math.max(0, version));
    }

    void found(int foundVersion, byte[] foundData, @Nullable Limit value, Collection<String> children) {
        listing = false;
        if (foundVersion < version && known) {
            dirty = true; // it was read before something that is known by now
            return;
        }
        version = foundVersion;
        data = foundData;
        stored = value;
        holders.clear();
        SortedSet<Waiter> others = new TreeSet<>();
        for (String child : children) {
            Optional<Waiter> waiter = Waiter.named(child);
            waiter.ifPresent(others::add);
            if (waiter.isEmpty()) {
                Layout.offeredBy(child).ifPresent(holders::add);
            }
        }
        waiting = others;
        overlooked.retainAll(waiting);
        invitedSince.keySet().retainAll(waiting);
        known = true;
        behind = false;
    }

    /** Its node is not there. */
    void missing() {
        listing = false;
        known = true;
        version = ABSENT;
        stored = null;
        holders.clear();
        waiting = new TreeSet<>();
    }

    /** What is known may be wrong. */
    void doubt() {
        known = false;
        behind = true;
        dirty = true;
    }

    void rung() {
        dirty = true;
    }

    void reconnected() {
        known = false;
        dirty = true;
        listing = false;
        version = ABSENT;
        overlooked.clear();
        invitedSince.clear();
    }

    boolean isBehind() {
        return behind;
    }

    /** Whether it is to be listed now; it is being listed then. */
    boolean begin() {
        boolean begins = dirty && !listing;
        if (begins) {
            dirty = false;
            listing = true;
        }
        return begins;
    }

    void unanswered() {
        listing = false;
    }

    // ---- Claims ---------------------------------------------------------------------------------------------------

    /** Whether a claim of the cell can be decided now: nothing is under way that it could not travel with. */
    boolean isFreeFor(ShardCell cell, Set<String> with, int most) {
        party.removeIf(other -> !other.isClaiming());
        if (party.isEmpty()) {
            return true;
        }
        return party.size() < most
                && party.stream()
                        .allMatch(other -> other.traffic() instanceof Traffic.ToWrite
                                && isAtEase(other)
                                && other.write().next().permits().equals(with))
                && isAtEase(cell);
    }

    /** What was refused again travels alone, so that it does not have others refused. */
    static boolean isAtEase(ShardCell cell) {
        return cell.refusals() < 2;
    }

    boolean isUnderWay() {
        return !party.isEmpty();
    }

    Set<ShardCell> party() {
        return party;
    }

    void join(ShardCell cell) {
        party.add(cell);
    }

    /** Whether some of the party are answered, so that others may go on. */
    boolean isAnswered() {
        return party.removeIf(cell -> !cell.isClaiming());
    }

    /** A transaction counted some claims. */
    void counted(int now) {
        version = Math.max(version, now);
    }

    void holds(Layout.ShardOf shard, boolean still) {
        if (still) {
            holders.add(shard);
        } else {
            holders.remove(shard);
        }
    }

    /**
     * Keeps no room any more for those who do not take it for long.
     *
     * @return whether that is news
     */
    boolean overlook(LimitUse use, long nanos) {
        Collection<Waiter> invited = use.invited(overlooked);
        invitedSince.keySet().retainAll(invited);
        boolean isNews = false;
        for (Waiter waiter : invited) {
            Long since = invitedSince.putIfAbsent(waiter, nanos);
            if (since != null && nanos - since > LimitUse.patience(waiter).toNanos()) {
                isNews |= overlooked.add(waiter);
            }
        }
        return isNews;
    }
}
