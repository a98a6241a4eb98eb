package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.HomesCodec;
import io.elasticjob.coordination.Homes;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.memory.Change;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of where shards run: a shard keeps its home while the instance that it is at home with is there, and for a
 * while longer, and runs there; no instance runs what its labels exclude, or more shards than it may; and what needs several
 * instances does not begin with fewer.
 */
final class PlacementPromises {

    /** As long as what somebody has decided may be on its way, and as the news of what has changed. */
    private static final Duration ON_ITS_WAY = Simulation.SESSION.multipliedBy(3);

    private record Gone(long at, Instance instance) {}

    private final Observed seen;
    /** By name. */
    private final Map<String, Gone> gone = new HashMap<>();

    private int moved;

    PlacementPromises(Observed seen) {
        this.seen = seen;
    }

    /** How many shards got another home. */
    int moved() {
        return moved;
    }

    void changed(Change change) {
        Observed.LAYOUT.homesAt(change.path()).ifPresent(of -> {
            if (change.before() instanceof Read.Present before && change.after() instanceof Read.Present after) {
                homesChanged(of, homes(before), homes(after));
            }
        });
        if (change.path().startsWith(Observed.INSTANCES) && change.after() instanceof Read.Absent) {
            String id = change.path().substring(Observed.INSTANCES.length());
            Observed.instance(id, change.before())
                    .ifPresent(instance -> gone.put(instance.name(), new Gone(seen.time.nanoTime(), instance)));
        }
    }

    private static Homes homes(Read.Present read) {
        return HomesCodec.decode(read.data()) instanceof Decoded.Value<Homes> value ? value.value() : Homes.NONE;
    }

    private void homesChanged(Layout.JobLife of, Homes before, Homes after) {
        Read node = seen.ensemble.node(Observed.JOBS + of.job());
        StoredJob job = seen.job(of.job()).orElse(null);
        if (job == null || !(node instanceof Read.Present present) || isRecent(present, Duration.ZERO)) {
            return;
        }
        before.byShard().forEach((shard, home) -> {
            String next = after.byShard().get(shard);
            if (next == null || next.equals(home)) {
                return;
            }
            moved++;
            boolean isHere = seen.ensemble.children("/sim/instances").stream()
                    .filter(id -> seen.instance(id)
                            .filter(instance -> instance.name().equals(home) && mayRun(instance, job))
                            .isPresent())
                    .map(id -> seen.ensemble.node(Observed.INSTANCES + id))
                    .anyMatch(read -> read instanceof Read.Present there && !isRecent(there, Duration.ZERO));
            if (isHere) {
                seen.violated(
                        "shard " + shard + " of " + of + " got the home " + next + ", though " + home + " is there");
            }
            Gone left = isThere(home) ? null : gone.get(home);
            if (left != null
                    && mayRun(left.instance(), job)
                    && !isRecent(present, Placements.HOMES_AFTER)
                    && seen.time.nanoTime() - left.at() < Placements.HOMES_AFTER.toNanos()) {
                seen.violated("shard " + shard + " of " + of + " got the home " + next + ", though " + home
                        + " has only just left");
            }
        });
    }

    private boolean isThere(String name) {
        return seen.ensemble.children("/sim/instances").stream()
                .flatMap(id -> seen.instance(id).stream())
                .anyMatch(instance -> instance.name().equals(name));
    }

    private boolean isRecent(Read.Present node, Duration more) {
        return node.stat()
                .modifiedAt()
                .isAfter(seen.clock.now().minus(ON_ITS_WAY).minus(more));
    }

    private static boolean mayRun(Instance instance, StoredJob job) {
        return instance.state() == Instance.State.UP
                && instance.handlers().contains(job.effective().handler())
                && job.effective().placement().labels().matches(instance.labels())
                && job.switches().off(instance.name()).isEmpty();
    }

    /** Labels of an instance do not change: no view is too old for them. */
    void claimed(Layout.JobLife of, int shard, ShardRecord after) {
        Instance owner = after.owner().flatMap(seen::instance).orElse(null);
        if (owner == null) {
            return;
        }
        if (of.job().equals(Placements.ZONE) && "b".equals(owner.labels().get("zone"))) {
            seen.violated(
                    "shard " + shard + " of " + of + " was claimed by " + owner.name() + " with " + owner.labels());
        }
        if (of.job().equals(Placements.PAIR) && lately() < Placements.ARE_A_PAIR) {
            seen.violated(of + " was begun though " + Placements.ARE_A_PAIR + " instances were not there for long");
        }
    }

    /** How many instances are there, or were a short time ago. */
    private long lately() {
        Set<String> names = new HashSet<>();
        gone.forEach((name, left) -> {
            if (seen.time.nanoTime() - left.at() < ON_ITS_WAY.toNanos()) {
                names.add(name);
            }
        });
        seen.ensemble.children("/sim/instances").stream()
                .flatMap(id -> seen.instance(id).stream())
                .forEach(instance -> names.add(instance.name()));
        return names.size();
    }

    /** With the faults over, no instance runs more shards of a firing than it may, also where not all find an instance. */
    void checkQuiet(Instant from, Instant to) {
        seen.jobs.values().forEach(job -> {
            int most = job.stored().name().equals(Placements.FEW_EACH) ? Placements.FEW : 0;
            Map<String, Integer> shards = new HashMap<>();
            for (Ledger.Entry entry : seen.ledger.entries()) {
                boolean isOfIt = most > 0
                        && entry.id.job().equals(job.stored().name())
                        && entry.id.firing() instanceof Firing.Scheduled
                        && !entry.fireTime.isBefore(from)
                        && entry.fireTime.isBefore(to);
                if (isOfIt && shards.merge(entry.process + " " + entry.fireTime, 1, Integer::sum) > most) {
                    seen.violated(entry.process + " has run more than " + most + " shards: " + entry);
                }
            }
        });
    }

    /** Long after the last one has come or gone, each shard has a home, and ran there. */
    void checkEnd(
            Collection<JobDefinition> definitions,
            List<SimulatedProcess> living,
            BiPredicate<SimulatedProcess, StoredJob> mayRun) {
        for (JobDefinition definition : definitions) {
            Observed.Job job = Objects.requireNonNull(seen.jobs.get(definition.name()));
            if (!definition.isStatic() || !definition.enabled()) {
                continue;
            }
            Layout.JobLife of = new Layout.JobLife(definition.name(), job.life());
            @Nullable
            Homes homes = seen.ensemble.node(Observed.LAYOUT.homes(of)) instanceof Read.Present present
                    ? homes(present)
                    : Homes.NONE;
            for (int shard = 0; shard < definition.shardingTotalCount(); shard++) {
                String home = homes.byShard().get(shard);
                if (home == null) {
                    seen.violated("shard " + shard + " of " + of + " has no home");
                } else if (living.stream().anyMatch(one -> mayRun.test(one, job.stored()))
                        && living.stream().noneMatch(one -> one.name.equals(home))) {
                    seen.violated("shard " + shard + " of " + of + " is at home with " + home + ", which is long gone");
                } else if (living.stream().anyMatch(one -> one.name.equals(home) && mayRun.test(one, job.stored()))) {
                    checkRanAt(of, shard, home);
                }
            }
        }
    }

    /** Where the shards of a job are at home. */
    Homes homes(String name) {
        Observed.Job job = Objects.requireNonNull(seen.jobs.get(name));
        return seen.ensemble.node(Observed.LAYOUT.homes(new Layout.JobLife(name, job.life())))
                        instanceof Read.Present present
                ? homes(present)
                : Homes.NONE;
    }

    void checkAtHomeAs(Homes before, String job) {
        Homes now = homes(job);
        if (!now.equals(before)) {
            seen.violated("shards of " + job + " were at home with " + before + ", and are with " + now
                    + ", though one instance was away for a moment only");
        }
    }

    private void checkRanAt(Layout.JobLife of, int shard, String home) {
        ShardRecord record = seen.record(of, shard);
        String ran = record.latest()
                .map(attempt -> attempt.owner().substring(0, attempt.owner().indexOf('.')))
                .orElse("");
        boolean isLately = record.fireTime()
                .filter(at -> at.isAfter(seen.clock.now().minusSeconds(12)))
                .isPresent();
        if (isLately && !ran.equals(home)) {
            seen.violated("shard " + shard + " of " + of + " ran on " + ran + ", and is at home with " + home);
        }
    }
}
