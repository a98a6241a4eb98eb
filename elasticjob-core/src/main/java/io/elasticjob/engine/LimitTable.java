package io.elasticjob.engine;

import io.elasticjob.Concurrency;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.LimitCodec;
import io.elasticjob.coordination.Landmark;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Limit;
import io.elasticjob.coordination.LimitUse;
import io.elasticjob.coordination.Waiter;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How many shards run at a time on all instances together: the limits that concern this instance, and the shards here that
 * wait until they have room.
 *
 * <ul>
 *   <li>A claim is counted by its own transaction: that writes each of its limits over, by the version that it was decided
 *       on, and makes a node below it. So two instances never count on the same room.
 *   <li>What ends takes its node away in the transaction that records the end. It writes no limit over, and refuses nobody.
 *       A claim that takes over another one of its shard keeps that one's node. So nothing is lost by a death.
 *   <li>Who finds no room shows that by a node of its session, and gives its slot back. When there is room, those that come
 *       first take it, with the next slot. Who does not take it for long is overlooked.
 *   <li>Claims with the same limits travel together and apart from all others. Of one limit one transaction is under way.
 * </ul>
 *
 * <p>Nothing of this is asked or written until a job that is limited is to be run here, or a limit is declared. Confined to
 * the loop.
 */
final class LimitTable {

    private static final int TOGETHER = 100;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Layout layout;
    private final Map<String, Integer> declared;
    private final Presence presence;
    private final Registration registration;
    private final Outbox outbox;
    private final Agenda agenda;
    private final Slots slots;
    private final LimitWaits waits;

    private final Map<String, KnownLimit> limits = new TreeMap<>();

    /** Claims of this turn, which are decided together at its end. */
    private final Map<ShardCell, RecordWrite.Claim> asked = new LinkedHashMap<>();

    private boolean watched;

    /** Whether shards that wait may find room now. */
    private boolean news;

    /** @param declared the limits that this process declares, with their numbers */
    LimitTable(
            Layout layout,
            Map<String, Integer> declared,
            Presence presence,
            Outbox outbox,
            Agenda agenda,
            Slots slots) {
        this.layout = layout;
        this.declared = declared;
        this.presence = presence;
        this.registration = presence.registration();
        this.outbox = outbox;
        this.agenda = agenda;
        this.slots = slots;
        this.waits = new LimitWaits(layout, registration, outbox);
        declared.keySet().forEach(this::obtain);
    }

    /** How many shards here wait for limits. */
    int waiting() {
        return waits.number();
    }

    /** Whether a limit is known here, or was. */
    boolean isUsed() {
        return watched;
    }

    private KnownLimit obtain(String name) {
        if (!watched) {
            watched = true;
            presence.watch(layout.limits());
        }
        return limits.computeIfAbsent(name, KnownLimit::new);
    }

    // ---- What happens ---------------------------------------------------------------------------------------------

    /** Connected again. */
    void present(boolean sameInstance) {
        waits.present(sameInstance);
        asked.clear();
        limits.values().forEach(KnownLimit::reconnected);
        news = true;
    }

    /** A watch rang. */
    void changed(String path) {
        if (watched) {
            layout.ofLimit(path).map(of -> limits.get(of.limit())).ifPresent(KnownLimit::rung);
        }
    }

    /** Keeps no room for those that do not take it, and looks again at what could not be read. */
    void tick() {
        for (KnownLimit limit : limits.values()) {
            if (limit.isKnown() && limit.overlook(limit.use(mostOf(limit)), outbox.nanos())) {
                news = true;
            }
        }
    }

    /** What a job here says of its own limit; null for one that several jobs share. */
    private @Nullable Integer mostOf(KnownLimit limit) {
        return waits.jobOf(limit.name)
                .map(JobState::definition)
                .map(definition -> definition.concurrency().maxConcurrentShards())
                .orElse(null);
    }

    // ---- Claims ---------------------------------------------------------------------------------------------------

    /** Whether the claim has to be counted, or stays so, and is not yet. */
    boolean concerns(ShardCell cell, RecordWrite.Claim claim) {
        return !cell.permits.toTake(cell.record(), claim.next()).isEmpty();
    }

    /** The cell, which holds a slot, is to claim: decided at the end of the turn. */
    void ask(ShardCell cell, RecordWrite.Claim claim) {
        cell.await(new Activity.Limited(claim.step().fireTime(), outbox.now(), waiter(cell, claim)));
        asked.put(cell, claim);
    }

    private Waiter waiter(ShardCell cell, RecordWrite.Claim claim) {
        return new Waiter(
                claim.definition().concurrency().priority(),
                waits.since(cell, claim.step().fireTime()),
                claim.next().permits().size(),
                shardOf(cell));
    }

    static Layout.ShardOf shardOf(ShardCell cell) {
        return new Layout.ShardOf(
                new Layout.JobLife(cell.job.name(), cell.job.life().name()), cell.shard);
    }

    /** Has those looked at again that wait and may find room now; at the beginning of what a turn decides. */
    void wake() {
        for (KnownLimit limit : limits.values()) {
            news |= limit.isAnswered();
        }
        if (!news) {
            return;
        }
        news = false;
        Map<String, Set<Layout.ShardOf>> taken = new HashMap<>();
        for (ShardCell cell : waits.inOrder()) {
            Activity.Limited limited = (Activity.Limited) cell.activity();
            SortedSet<String> all = cell.job.limits();
            if (all.isEmpty() || mayBeCounted(cell, limited.as(), all, taken)) {
                agenda.consider(cell);
            }
        }
    }

    /** @param taken room that is given to others already; added to, when this one may be counted */
    private boolean mayBeCounted(
            ShardCell cell, Waiter as, SortedSet<String> all, Map<String, Set<Layout.ShardOf>> taken) {
        for (String name : all) {
            KnownLimit limit = obtain(name);
            boolean isHeld = cell.permits.of(cell.record()).contains(name);
            if (!isHeld
                    && (!limit.isKnown()
                            || !limit.isFreeFor(cell, all, TOGETHER)
                            || !use(limit, cell.job)
                                    .with(taken.getOrDefault(name, Set.of()))
                                    .admits(as, limit.overlooked()))) {
                return false;
            }
        }
        all.forEach(name -> taken.computeIfAbsent(name, any -> new HashSet<>()).add(as.shard()));
        return true;
    }

    private static LimitUse use(KnownLimit limit, JobState job) {
        Concurrency of = job.usable().concurrency();
        return limit.use(of.limits().contains(limit.name) ? null : of.maxConcurrentShards())
                .with(limit.party().stream().map(LimitTable::shardOf).toList());
    }

    /**
     * Decides the claims of this turn: those that come first are counted as far as there is room, the others wait.
     *
     * @return whether slots are free again
     */
    boolean settle() {
        if (asked.isEmpty()) {
            return false;
        }
        List<Map.Entry<ShardCell, RecordWrite.Claim>> all = new ArrayList<>(asked.entrySet());
        asked.clear();
        all.sort(Comparator.comparing(each -> waiter(each.getKey(), each.getValue())));
        boolean released = false;
        for (Map.Entry<ShardCell, RecordWrite.Claim> each : all) {
            ShardCell cell = each.getKey();
            if (!(cell.activity() instanceof Activity.Limited limited)) {
                released |= !cell.isBusy() && release(cell); // something else is to be done by now
            } else if (mayBeCounted(cell, limited.as(), each.getValue().next().permits(), new HashMap<>())) {
                count(cell, each.getValue());
            } else {
                released |= release(cell);
                wait(cell, each.getValue());
            }
        }
        return released;
    }

    private boolean release(ShardCell cell) {
        slots.release(cell);
        return true;
    }

    private void count(ShardCell cell, RecordWrite.Claim claim) {
        cell.permits
                .toTake(cell.record(), claim.next())
                .forEach(name -> obtain(name).join(cell));
        agenda.write(cell, claim);
    }

    private void wait(ShardCell cell, RecordWrite.Claim claim) {
        if (cell.isGuest()) {
            cell.notGuestAnyMore();
            agenda.consider(cell);
            return;
        }
        SortedSet<String> full = new TreeSet<>();
        for (String name : cell.permits.toTake(cell.record(), claim.next())) {
            KnownLimit limit = obtain(name);
            LimitUse use = use(limit, cell.job);
            if (limit.isKnown() && use.room() <= use.waiting().size()) {
                full.add(Layout.lifeNamed(name).map(Layout.JobLife::job).orElse(name));
            }
        }
        if (waits.add(cell, claim.step().fireTime()) && !full.isEmpty()) {
            outbox.publish(new ElasticJobEvent.ShardLimited(
                    cell.job.name(), cell.shard, claim.step().firing().identity(), full));
        }
    }

    // ---- Writes ---------------------------------------------------------------------------------------------------

    /** The writes by which claims are counted in this limit. */
    Write count(String name) {
        return obtain(name).count(layout.limit(name));
    }

    /** Where a claim of the shard is counted. */
    String permit(String name, ShardCell cell) {
        return layout.permit(name, shardOf(cell));
    }

    /** Claims were counted. */
    void counted(String name, Stat stat) {
        obtain(name).counted(stat.version());
    }

    /** This record is written over the one that is known, and with it what is counted. */
    void written(ShardCell cell, ShardRecord next) {
        cell.permits.toTake(cell.record(), next).forEach(name -> obtain(name).holds(shardOf(cell), true));
        for (String name : cell.permits.toLeave(cell.record(), next)) {
            KnownLimit limit = limits.get(name);
            if (limit != null) {
                limit.holds(shardOf(cell), false);
                news = true;
            }
        }
    }

    /** A claim that was to be counted was refused, or nobody knows. */
    void doubt(SortedSet<String> taken) {
        taken.forEach(name -> obtain(name).doubt());
    }

    // ---- The end of a turn ----------------------------------------------------------------------------------------

    /** Lists what has changed, and shows who waits. */
    void flush(Connection over) {
        if (!watched) {
            return;
        }
        for (KnownLimit limit : List.copyOf(limits.values())) {
            if (limit.begin()) {
                list(over, limit);
            }
        }
        waits.flush(over, limits);
    }

    private void list(Connection over, KnownLimit limit) {
        List<String> path = List.of(layout.limit(limit.name));
        if (limit.isBehind()) {
            outbox.readCaughtUp(over, path, result -> read(over, limit, result));
        } else {
            outbox.read(over, path, result -> read(over, limit, result));
        }
    }

    private void read(Connection over, KnownLimit limit, Result<List<Read>> result) {
        if (!registration.isUsable(over)) {
            return;
        }
        if (!(result instanceof Result.Told<List<Read>> told)) {
            later(over, limit, ((Result.Unknown<List<Read>>) result).why());
        } else if (told.answer().get(0) instanceof Read.Present present) {
            outbox.children(over, layout.limit(limit.name), listed -> {
                if (!registration.isUsable(over)) {
                    return;
                }
                if (listed instanceof Result.Told<List<String>> names) {
                    found(over, limit, present, names.answer());
                } else if (listed instanceof Result.Unknown<List<String>> unknown) {
                    later(over, limit, unknown.why());
                }
            });
        } else {
            limit.missing();
            lay(over, limit);
        }
    }

    private void later(Connection over, KnownLimit limit, Throwable why) {
        limit.unanswered();
        outbox.alarm(RETRY, () -> {
            limit.rung();
            if (registration.isUsable(over)) { // so it was not for want of a connection
                outbox.trouble("The limit " + limit.name + " could not be read", why);
            }
        });
    }

    private void found(Connection over, KnownLimit limit, Read.Present present, List<String> names) {
        Limit stored = LimitCodec.decode(present.data()) instanceof Decoded.Value<Limit> value ? value.value() : null;
        limit.found(present.stat().version(), present.data(), stored, names);
        news = true;
        boolean isLater = stored == null && LimitCodec.decode(present.data()) instanceof Decoded.Newer<Limit>;
        Integer most = declared.get(limit.name);
        if (most == null || isLater || !limit.isThere()) {
            return;
        }
        long modified = present.stat().modified();
        if (limit.isNewlyOdd(stored != null && !stored.isCredible(modified))) {
            outbox.publish(new ElasticJobEvent.ValueUnreadable(
                    layout.limit(limit.name),
                    "its order is higher than that of any process: somebody wrote it by hand",
                    "what processes declare takes its place"));
        }
        Limit compared = stored == null ? null : stored.asOf(modified);
        Limit.declared(compared, most, ownOrder()).ifPresent(next -> {
            Write put = new Write.Put(
                    layout.limit(limit.name),
                    LimitCodec.encode(next),
                    present.stat().version());
            commit(over, limit, put);
        });
    }

    /**
     * Never higher than the id of any transaction of this session. After ZooKeeper has lost data, its ids begin again below
     * those of before: a process that kept its place of then would have an order that counts for nobody's.
     */
    private long ownOrder() {
        Landmark node = registration.node().landmark();
        return node == null ? registration.startedOrder() : Math.min(registration.startedOrder(), node.created());
    }

    /** A node that is missing is made by who declares the limit, or has a shard of the job. */
    private void lay(Connection over, KnownLimit limit) {
        Integer most = declared.get(limit.name);
        boolean isOwn = Layout.lifeNamed(limit.name).isPresent();
        if (most == null && !isOwn) {
            return; // whoever declares it will make it: that rings
        }
        if (most == null
                && waits.jobOf(limit.name).filter(job -> !job.isRemoved()).isEmpty()) {
            limits.remove(limit.name); // its job is gone, or nothing of it waits here
            return;
        }
        Write root = new Write.Create(layout.limits(), new byte[0], Write.Life.PERSISTENT);
        outbox.commit(over, List.of(registration.check(), root), ignored -> {}); // there already: just as well
        byte[] data =
                most == null ? "1".getBytes(StandardCharsets.UTF_8) : LimitCodec.encode(new Limit(most, ownOrder()));
        commit(over, limit, new Write.Create(layout.limit(limit.name), data, Write.Life.PERSISTENT));
    }

    private void commit(Connection over, KnownLimit limit, Write write) {
        outbox.commit(over, List.of(registration.check(), write), result -> {
            if (!registration.isUsable(over)) {
                return;
            }
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                limit.rung();
                Integer most = declared.get(limit.name);
                if (most != null) {
                    outbox.publish(new ElasticJobEvent.LimitChanged(limit.name, most));
                }
            } else {
                outbox.alarm(RETRY, limit::rung); // somebody else may have written it, or this instance is no more
            }
        });
    }
}
