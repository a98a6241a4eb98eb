package io.elasticjob.engine;

import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.Starvation;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Shards that are due and find no slot on their instance for long: each is offered, and an eligible instance that has a slot
 * runs it.
 *
 * <ul>
 *   <li>An offer is a node of the session that makes it: it goes with it. Who claims takes it away in the same transaction, be
 *       it who made it or who heard of it. So one of them claims; and an offer is good for one firing.
 *   <li>The shard stays assigned as it is. Its instance sees that another one runs it, and waits for the end like for any
 *       other.
 *   <li>Where it is not starved any more, or no longer this instance's, the offer is taken back. One that is missed costs
 *       nothing but that another instance runs what this one would run as well.
 * </ul>
 *
 * <p>Confined to the loop.
 */
final class StarvedShards {

    private static final int AT_ONCE = 100;
    /** So many are offered at a time: others have to read them all. */
    private static final int MOST_OFFERED = 1_000;

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Layout layout;
    private final Starvation starvation;
    private final Registration registration;
    private final JobTable jobs;
    private final ShardCells cells;
    private final Agenda agenda;
    private final Slots slots;
    private final Outbox outbox;

    /** What this instance offers, or may, by path; true once it is known to be there. */
    private final Map<String, Boolean> made = new LinkedHashMap<>();

    private final Map<String, ShardCell> makers = new LinkedHashMap<>();

    /** Names of all that is offered, as listed last. */
    private SortedSet<String> offered = new TreeSet<>();

    private boolean toList;
    private boolean listing;

    StarvedShards(
            Layout layout,
            Starvation starvation,
            Registration registration,
            JobTable jobs,
            Outbox outbox,
            OfShards shards) {
        this.layout = layout;
        this.starvation = starvation;
        this.registration = registration;
        this.jobs = jobs;
        this.outbox = outbox;
        this.cells = shards.cells();
        this.agenda = shards.agenda();
        this.slots = shards.slots();
    }

    /** What is known of the shards here. */
    record OfShards(ShardCells cells, Agenda agenda, Slots slots) {}

    /** How many shards of this instance are offered. */
    int offeredHere() {
        return made.size();
    }

    /** The shards of a job that are offered, by whichever instance, as far as is known here. */
    SortedSet<Integer> offered(JobState job) {
        Set<String> all = new TreeSet<>(offered);
        made.keySet().forEach(path -> all.add(nameOf(path)));
        Layout.JobLife life = new Layout.JobLife(job.name(), job.life().name());
        return all.stream()
                .flatMap(name -> Layout.offeredBy(name).stream())
                .filter(one -> one.of().equals(life))
                .map(Layout.ShardOf::shard)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    // ---- What happens ---------------------------------------------------------------------------------------------

    /** Connected again. */
    void present(boolean sameInstance) {
        if (!sameInstance) {
            makers.values().forEach(cell -> cell.offeredBy(null)); // they went with the session
            makers.clear();
            made.clear();
        }
        offered = new TreeSet<>();
        listing = false;
        toList = !starvation.isOff();
    }

    /** A watch rang. */
    void changed(String path) {
        toList |= !starvation.isOff() && layout.isOfOffers(path);
    }

    /** Offers what is starved, takes back what is not, and looks again at what others offer. */
    void tick() {
        Connection over = registration.usable().orElse(null);
        if (starvation.isOff() || over == null) {
            return;
        }
        takeBack(over);
        if (!registration.isDraining() && slots.isAnyGroupFull()) {
            offer(over);
        }
        takeOffered();
    }

    /** Lists what is offered, if that may have changed. */
    void flush(Connection over) {
        if (!toList || listing) {
            return;
        }
        toList = false;
        listing = true;
        outbox.children(over, layout.offers(), result -> {
            if (!registration.isUsable(over)) {
                return;
            }
            listing = false;
            if (result instanceof Result.Told<List<String>> told) {
                listed(told.answer());
            } else {
                outbox.alarm(RETRY, () -> toList = true);
            }
        });
    }

    private void listed(Collection<String> names) {
        offered = new TreeSet<>(names);
        List.copyOf(made.keySet()).stream()
                .filter(path -> Boolean.TRUE.equals(made.get(path)) && !offered.contains(nameOf(path)))
                .forEach(this::taken);
        takeOffered();
    }

    private static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** What this instance offered is not offered any more: somebody runs it, if it was not this instance. */
    private void taken(String path) {
        made.remove(path);
        ShardCell cell = makers.remove(path);
        if (cell != null && cell.offer().filter(path::equals).isPresent()) {
            cell.offeredBy(null);
            if (cell.activity() instanceof Activity.Waiting) {
                agenda.doubt(cell);
            }
        }
    }

    // ---- What is offered here -------------------------------------------------------------------------------------

    private void offer(Connection over) {
        List<ShardCell> starved = new ArrayList<>();
        for (ShardCell cell : cells.all()) {
            if (made.size() + starved.size() < MOST_OFFERED && cell.offer().isEmpty() && isStarved(cell)) {
                starved.add(cell);
            }
        }
        outbox.cut(starved, AT_ONCE, cell -> 4 * RequestSize.of(pathOf(cell)))
                .forEach(parcel -> make(over, parcel, true));
    }

    private boolean isStarved(ShardCell cell) {
        return cell.activity() instanceof Activity.Waiting waiting
                && cell.isMine()
                && !cell.job.isRemoved()
                && cell.job.definition() != null
                && !cell.job.usable().isStatic()
                && !ProcessShards.isOne(cell.shard)
                && starvation.isStarved(
                        cell.job.usable(),
                        waiting.since().isAfter(waiting.due()) ? waiting.since() : waiting.due(),
                        outbox.now());
    }

    private String pathOf(ShardCell cell) {
        return layout.offer(new Layout.JobLife(cell.job.name(), cell.job.life().name()), cell.shard);
    }

    /**
     * Together; each alone when that is refused.
     *
     * @param laysFolder whether the folder is laid if it is missing, as before the first offer
     */
    private void make(Connection over, List<ShardCell> together, boolean laysFolder) {
        byte[] maker = registration.currentId().getBytes(StandardCharsets.UTF_8); // for people
        List<Write> writes = new ArrayList<>();
        writes.add(registration.check());
        for (JobState job : together.stream().map(cell -> cell.job).distinct().toList()) {
            writes.add(job.check());
            writes.add(job.life().guard());
        }
        for (ShardCell cell : together) {
            String path = pathOf(cell);
            made.put(path, false);
            makers.put(path, cell);
            cell.offeredBy(path);
            writes.add(new Write.Create(path, maker, Write.Life.EPHEMERAL));
        }
        outbox.commit(over, writes, result -> {
            if (!registration.isUsable(over)) {
                return; // it is told of what becomes of it when it is back
            }
            if (result instanceof Result.Told<Answer> told) {
                made(over, together, writes, told.answer(), laysFolder);
            } // else it may be there or not: what is claimed takes it away, or finds that it is not there
        });
    }

    private void made(
            Connection over, List<ShardCell> together, List<Write> writes, Answer answer, boolean laysFolder) {
        if (answer instanceof Answer.Committed) {
            together.forEach(cell -> made.replace(pathOf(cell), true));
            return;
        }
        Answer.Refused refused = (Answer.Refused) answer;
        Write first = writes.get(refused.index());
        if (together.size() == 1
                && first.path().equals(pathOf(together.get(0)))
                && refused.reason() == Answer.Reason.PRESENT) {
            made.replace(first.path(), true); // by this instance before, or by the one that had the shard before
            return;
        }
        together.forEach(this::forget);
        if (refused.reason() == Answer.Reason.ABSENT && first instanceof Write.Create && laysFolder) {
            Write folder = new Write.Create(layout.offers(), new byte[0], Write.Life.PERSISTENT);
            outbox.commit(over, List.of(folder), ignored -> {}); // there by now: just as well
            makeAgain(over, together);
        } else if (together.size() > 1) {
            together.forEach(cell -> makeAgain(over, List.of(cell)));
        }
    }

    private void makeAgain(Connection over, List<ShardCell> together) {
        List<ShardCell> still = together.stream().filter(this::isStarved).toList();
        if (!still.isEmpty()) {
            make(over, still, false);
        }
    }

    private void forget(ShardCell cell) {
        String path = pathOf(cell);
        made.remove(path);
        makers.remove(path);
        if (cell.offer().filter(path::equals).isPresent()) {
            cell.offeredBy(null);
        }
    }

    /** What is not starved any more is not offered any more. */
    private void takeBack(Connection over) {
        for (Map.Entry<String, ShardCell> each : List.copyOf(makers.entrySet())) {
            if (!isWanted(each.getKey(), each.getValue())) {
                delete(over, each.getKey(), each.getValue());
            }
        }
    }

    /** Whether the shard still waits for a slot, or is being claimed, which takes the offer away. */
    private boolean isWanted(String path, ShardCell cell) {
        return cells.cell(cell.job, cell.shard).filter(cell::equals).isPresent()
                && cell.offer().filter(path::equals).isPresent()
                && cell.isMine()
                && !registration.isDraining()
                && (cell.activity() instanceof Activity.Waiting || cell.isClaiming());
    }

    private void delete(Connection over, String path, ShardCell cell) {
        outbox.commit(over, List.of(new Write.Delete(path, 0)), result -> {
            if (result instanceof Result.Told<Answer> && makers.get(path) == cell) {
                forget(cell); // it is gone, by this or before
            }
        });
    }

    // ---- What others offer ----------------------------------------------------------------------------------------

    /** Looks at what is offered, as far as there are slots that nobody here waits for. */
    private void takeOffered() {
        String self = registration.id();
        if (offered.isEmpty() || self == null || registration.isDraining()) {
            return;
        }
        for (String name : offered) {
            String path = layout.offers() + "/" + name;
            Optional<Layout.ShardOf> of = Layout.offeredBy(name);
            if (of.isPresent() && !made.containsKey(path)) {
                jobs.job(of.get().of().job())
                        .filter(job -> job.life().name().equals(of.get().of().life()))
                        .filter(job -> mayTake(job, of.get().shard(), self))
                        .ifPresent(job -> invite(job, of.get().shard(), path));
            }
        }
    }

    private boolean mayTake(JobState job, int shard, String self) {
        return !job.isRemoved()
                && job.definition() != null
                && job.definition().monitorExecution()
                && job.eligible().contains(self)
                && !job.owned().contains(shard)
                && registration.takes(job.usable())
                && cells.cell(job, shard).isEmpty()
                && slots.hasSpare(job.usable(), outbox.now());
    }

    private void invite(JobState job, int shard, String path) {
        ShardCell cell = cells.obtain(job, shard);
        cell.invite(path);
        slots.hold(cell, job.definition());
        agenda.read(cell);
    }
}
