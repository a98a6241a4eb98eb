package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.RerunReceipt;
import io.elasticjob.RerunRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.PastFiring;
import io.elasticjob.coordination.Reruns;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * What is promised of past firings that run again: each that is asked for runs again once for each request, and not while it runs
 * already; no attempt has the number of another; and whoever asks is told what was made. That each is closed and told once, and
 * has the successors that were asked for, is held by {@link WholePromises}.
 */
final class RerunPromises {

    private final Observed seen;

    /** What requests have made: by life, the names of their triggers. */
    private final Set<String> made = new HashSet<>();

    /** Ids of requests that have made something, by job. */
    private final Map<String, Set<String>> carriedOut = new HashMap<>();

    private int reruns;

    RerunPromises(Observed seen) {
        this.seen = seen;
    }

    /** How many firings were to run again. */
    int reruns() {
        return reruns;
    }

    /** What is kept of the past firings of a job. */
    List<PastFiring> kept(String job) {
        return record(job).map(record -> record.marks().past().closed()).orElse(List.of());
    }

    private Optional<FiringRecord> record(String job) {
        Observed.Job known = seen.jobs.get(job);
        return known != null
                        && seen.ensemble.node("/sim/firings/" + job + "@"
                                        + known.stored().life())
                                instanceof Read.Present present
                        && FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    /** The trigger is made of a past firing that nobody runs, once for a request, as was asked for. */
    void made(Layout.JobLife life, Trigger trigger, Commands.Command by, Iterable<Trigger> pending) {
        RerunRequest request = ((Wish.Rerun) by.wish).request();
        Trigger.Rerun rerun = trigger.content().rerun();
        reruns++;
        if (rerun == null || !request.job().equals(life.job())) {
            seen.violated("was made otherwise than it was asked for: " + trigger + " by " + by);
            return;
        }
        Firing firing = rerun.of().firing();
        if (!made.add(life + " " + trigger.request())) {
            seen.violated("a request ran a firing again twice: " + trigger.request() + " of " + life);
        }
        carriedOut.computeIfAbsent(life.job(), any -> new HashSet<>()).add(request.id());
        for (Trigger other : pending) {
            if (firing.equals(other.firing().identity())) {
                seen.violated("a firing runs again while it is to run: " + trigger + " beside " + other);
            }
        }
        record(life.job()).ifPresent(record -> {
            FiringRecord.Current current = record.current();
            if (current != null
                    && !record.isFree()
                    && current.whole().seen().firing().equals(firing)) {
                seen.violated("a firing runs again while it is open: " + trigger + " beside " + current);
            }
            Optional<PastFiring> past = record.marks().past().of(firing);
            if (past.isEmpty()) {
                seen.violated("a firing runs again of which nothing is kept: " + trigger);
            } else if (!request.shards().isEmpty()
                    ? !trigger.shards().equals(request.shards())
                    : !trigger.shards().equals(past.get().failed())) {
                seen.violated("other shards run again than were asked for: " + trigger + " of " + past.get());
            }
        });
        if (rerun.successors() != request.options().contains(RerunRequest.Option.SUCCESSORS)
                || trigger.forced() != request.options().contains(RerunRequest.Option.FORCED)) {
            seen.violated("was made otherwise than it was asked for: " + trigger + " by " + by);
        }
    }

    /** Whoever is told that it is done, of it or of one of the same id something was made. */
    boolean isDone(RerunRequest request) {
        return carriedOut.getOrDefault(request.job(), Set.of()).contains(request.id());
    }

    /** Each attempt is begun once, by whichever trigger. */
    void checkRuns() {
        Map<String, Ledger.Entry> begun = new HashMap<>();
        for (Ledger.Entry entry : seen.ledger.entries()) {
            if (Wholes.concerns(entry.id.job()) || Chains.concerns(entry.id.job())) {
                Ledger.Entry other = begun.putIfAbsent(entry.id.life() + " " + entry.id + " " + entry.id.job(), entry);
                if (other != null) {
                    seen.violated("one attempt was begun twice: " + other + " and " + entry);
                }
            }
        }
    }

    // ---- What is asked for
    // ---------------------------------------------------------------------------------------------

    /** Any past firings of any job: some that failed, some that did not, and some of which nothing is kept. */
    static List<Wish> anyWishes(Simulation world, List<String> jobs, SplittableRandom random) {
        String job = jobs.get(random.nextInt(jobs.size()));
        List<PastFiring> kept = world.kept(job);
        String id = "rerun-" + random.nextInt(40);
        List<Wish> wishes = new ArrayList<>();
        try {
            RerunRequest request = kept.isEmpty() || random.nextInt(12) == 0
                    ? RerunRequest.failedBetween(job, world.now().minusSeconds(random.nextInt(20)), world.now())
                    : RerunRequest.of(job, firings(kept, random));
            if (random.nextInt(3) == 0) {
                request = request.withShards(new TreeSet<>(Set.of(random.nextInt(2))));
            }
            request = random.nextBoolean() ? request.with(RerunRequest.Option.SUCCESSORS) : request;
            wishes.add(new Wish.Rerun(request.withId(id)));
            wishes.add(new Wish.Rerun(random.nextBoolean() ? request.withId(id) : request.withId(id + "-other")));
        } catch (InvalidSettingException none) {
            return List.of();
        }
        return wishes;
    }

    private static List<Firing> firings(List<PastFiring> kept, SplittableRandom random) {
        List<Firing> all = new ArrayList<>();
        List<PastFiring> failed =
                kept.stream().filter(one -> !one.failed().isEmpty()).toList();
        List<PastFiring> from = failed.isEmpty() || random.nextInt(3) == 0 ? kept : failed;
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            all.add(from.get(random.nextInt(from.size())).of().firing());
        }
        return all;
    }

    /** What is told of a request names only what it has made. */
    void accepted(RerunRequest request, RerunReceipt receipt) {
        receipt.reruns().forEach(one -> {
            boolean isMade = made.stream()
                    .anyMatch(name -> name.startsWith("JobLife[job=" + request.job() + ",")
                            && name.contains(" " + Reruns.REQUEST + request.id() + "-"));
            if (!isMade) {
                seen.violated("was told of what was not made: " + receipt);
            }
        });
        seen.trace.note(() -> "told " + receipt);
    }
}
