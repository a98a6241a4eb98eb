package io.elasticjob.coordination;

import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.RerunReceipt;
import io.elasticjob.RerunRequest;
import io.elasticjob.RerunRequest.Option;
import io.elasticjob.TriggerRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a request to run past firings again comes to: triggers, each of which is one of these firings, and a note in the job's
 * record of firings that the request was carried out. Decides; never acts.
 *
 * @param triggers to create
 * @param record to be written in the same transaction, at the version that was read before the triggers were listed: so of two
 *     requests for the same firing one finds what the other has made, and a request that got no answer finds itself
 */
public record Reruns(List<Trigger> triggers, FiringRecord record) {

    /** What the requests of such triggers begin with. */
    public static final String REQUEST = "rerun-";

    /**
     * What is known of a job.
     *
     * @param standing as of {@link Demand#trigger}
     * @param instances as of {@link Demand#trigger}
     * @param effective as of {@link Demand#trigger}
     * @param record of its firings
     * @param triggers that are not done, listed after the record was read
     */
    public record Known(
            StoredJob job,
            Standing standing,
            Collection<ProcessShards.Process> instances,
            Supplier<JobDefinition> effective,
            FiringRecord record,
            Triggers triggers) {}

    public Reruns {
        triggers = List.copyOf(triggers);
    }

    /** Whether a request of this id was carried out before. */
    public static boolean isDone(FiringRecord record, String id) {
        return record.marks().past().requests().contains(id);
    }

    /** What is still to run of a request that was carried out before. */
    public static List<RerunReceipt.Rerun> left(Triggers triggers, String id) {
        List<RerunReceipt.Rerun> left = new ArrayList<>();
        triggers.pending().values().forEach(trigger -> {
            Trigger.Rerun rerun = trigger.content().rerun();
            if (rerun != null && trigger.request().matches(REQUEST + Pattern.quote(id) + "-\\d+")) {
                left.add(new RerunReceipt.Rerun(rerun.of(), trigger.number(), trigger.shards()));
            }
        });
        return left;
    }

    /**
     * What a request comes to.
     *
     * @param id of the request
     * @param now registry time
     * @throws InvalidSettingException for what there is not, naming key, value and rule
     * @throws OperationRefusedException when it cannot be done now
     */
    public static Reruns of(Known known, RerunRequest request, String id, Instant now) {
        String job = known.job().name();
        if (!known.effective().get().wholeFirings().areRecorded()) {
            throw new InvalidSettingException(
                    job + ".recordFirings",
                    "false",
                    "must be true: " + job + " keeps no record of its firings, so that none can run again. Set"
                            + " recordFirings=true for firings to come; for fire times that are past, plan a backfill");
        }
        boolean isForced = request.options().contains(Option.FORCED);
        TriggerRequest asked = TriggerRequest.of(job).withForce(isForced).by(request.by());
        Demand.trigger(known.job(), known.standing(), known.instances(), known.effective(), asked, now);
        List<PastFiring> wanted = wanted(known, request);
        List<Trigger> triggers = new ArrayList<>();
        for (PastFiring past : wanted) {
            triggers.add(trigger(known, request, past, REQUEST + id + "-" + triggers.size(), now));
        }
        FiringMarks marks = known.record().marks();
        return new Reruns(triggers, known.record().with(marks.past(marks.past().requested(id))));
    }

    // ---- Which
    // -----------------------------------------------------------------------------------------------------------

    private static List<PastFiring> wanted(Known known, RerunRequest request) {
        PastFirings past = known.record().marks().past();
        if (request.which() instanceof RerunRequest.Firings named) {
            return named.firings().stream().map(firing -> past(known, firing)).toList();
        }
        RerunRequest.FailedBetween span = (RerunRequest.FailedBetween) request.which();
        List<PastFiring> failed = past.closed().stream()
                .filter(one -> !one.of().fireTime().isBefore(span.from()))
                .filter(one -> !one.of().fireTime().isAfter(span.to()))
                .filter(one -> !one.failed().isEmpty())
                .toList();
        if (failed.isEmpty()) {
            throw new OperationRefusedException("No firing of "
                    + known.job().name() + " from " + span.from() + " to " + span.to() + " has failed shards. "
                    + kept(past));
        } else if (failed.size() > RerunRequest.MOST_FIRINGS) {
            throw new InvalidSettingException(
                    "to",
                    span.to().toString(),
                    "must leave at most " + RerunRequest.MOST_FIRINGS + " firings with failed shards, and leaves "
                            + failed.size() + ": ask for shorter spans, one after another");
        }
        return failed;
    }

    private static PastFiring past(Known known, Firing firing) {
        PastFirings past = known.record().marks().past();
        FiringRecord.Current current = known.record().current();
        boolean isOpen = current != null && !known.record().isFree() && isOf(current.whole(), firing);
        PastFiring found = past.of(firing).orElse(null);
        if (found == null && isOpen) {
            throw runs(known, firing);
        } else if (found == null) {
            throw new InvalidSettingException(
                    "firing",
                    firing.text(),
                    "has no record by which it could run again. " + kept(past)
                            + " Trigger the job, or plan a backfill for a fire time that is past");
        }
        return found;
    }

    private static String kept(PastFirings past) {
        String bound = "Records are kept of the latest " + PastFirings.LATEST + " firings, and of up to "
                + PastFirings.MOST + " in all, as long as shards of them have failed and they take at most "
                + PastFirings.MOST_LENGTH + " characters together";
        return past.closed().isEmpty()
                ? bound + "; there is none."
                : bound + "; the oldest is "
                        + past.closed().get(0).of().firing().text() + ".";
    }

    private static boolean isOf(FiringRecord.Whole whole, Firing firing) {
        return whole.seen().firing().equals(firing);
    }

    private static OperationRefusedException runs(Known known, Firing firing) {
        return new OperationRefusedException("The firing " + firing.text() + " of "
                + known.job().name() + " runs, or is to run: wait until it is closed, or cancel it");
    }

    /** Whether it is open, or told of, or its trigger or one that runs it again is there: a shard may still go on with it. */
    private static boolean isUnderWay(Known known, Firing firing) {
        FiringRecord.Current current = known.record().current();
        boolean isOpen = current != null && !known.record().isFree() && isOf(current.whole(), firing);
        return isOpen
                || known.triggers().pending().values().stream()
                        .anyMatch(trigger -> trigger.firing().identity().equals(firing));
    }

    // ---- What runs
    // -------------------------------------------------------------------------------------------------------

    private static Trigger trigger(Known known, RerunRequest request, PastFiring past, String id, Instant now) {
        Firing firing = past.of().firing();
        if (isUnderWay(known, firing)) {
            throw runs(known, firing);
        }
        String what = "The firing " + firing.text() + " of " + known.job().name();
        if (known.effective().get().plannedShards().arePlanned()) {
            throw new OperationRefusedException(
                    what + " cannot run again: its planner has decided which parts it had, and"
                            + " they are not kept once it is closed. Trigger the job, so that it plans again");
        } else if (past.count() == ShardCount.BROADCAST
                || known.job().shardCount().isBroadcast()) {
            throw new OperationRefusedException(what + " cannot run again: each instance runs the job for itself");
        } else if (!past.asked().isKept()) {
            throw new OperationRefusedException(
                    what + " cannot run again: its parameter, and what the firings before it"
                            + " had handed on, are longer than " + PastFiring.Asked.MOST_LENGTH
                            + " characters and were not kept. Trigger the job with them");
        }
        SortedSet<Integer> shards = shards(known, request, past, what);
        boolean isForced = request.options().contains(Option.FORCED);
        shards.stream()
                .filter(shard -> !isForced && known.job().switches().isOff(shard))
                .findFirst()
                .ifPresent(shard -> {
                    throw new OperationRefusedException("Shard " + shard + " of "
                            + known.job().name() + " is disabled: enable it, or force the rerun (force=true)");
                });
        SortedMap<Integer, Integer> attempts = new TreeMap<>(past.ends().attempts());
        attempts.keySet().retainAll(shards);
        Trigger.Content content = new Trigger.Content(
                shards,
                past.count(),
                past.asked().parameter(),
                parameters(known, request, past, shards, what),
                past.asked().interval(),
                past.asked().chain(),
                new Trigger.Rerun(past.of(), attempts, request.options().contains(Option.SUCCESSORS)));
        return new Trigger(0, now, id, content, isForced, request.by(), Map.of());
    }

    private static SortedSet<Integer> shards(Known known, RerunRequest request, PastFiring past, String what) {
        if (request.shards().isEmpty()) {
            SortedSet<Integer> failed = past.failed();
            if (failed.isEmpty()) {
                throw new OperationRefusedException(
                        what + " has no failed shards: name the shards that are to run again");
            }
            return failed;
        }
        for (int shard : request.shards()) {
            if (!past.shards().contains(shard)) {
                throw new InvalidSettingException(
                        "shards",
                        Integer.toString(shard),
                        "does not exist: the firing " + past.of().firing().text() + " of "
                                + known.job().name() + " had the shards "
                                + past.shards().stream().map(String::valueOf).collect(Collectors.joining(", ")));
            }
        }
        return new TreeSet<>(request.shards());
    }

    private static ShardParameters parameters(
            Known known, RerunRequest request, PastFiring past, SortedSet<Integer> shards, String what) {
        @Nullable
        ShardParameters remembered = past.of().firing() instanceof Firing.Scheduled scheduled
                ? known.job().shardCount().parametersAt(scheduled.fireTime()).orElse(null)
                : null;
        JobDefinition effective = known.effective().get();
        ShardParameters all = remembered == null ? ShardParameters.of(effective, past.shards()) : remembered;
        boolean isSame = past.asked().parameters() == 0 || past.asked().parameters() == PastFiring.Asked.digest(all);
        if (!isSame && !request.options().contains(Option.PRESENT_PARAMETERS)) {
            throw new OperationRefusedException(
                    what + " ran with other parameters of the job or of its shards, which were"
                            + " changed since and are not kept: run it with those of now (parameters=present), or set them back");
        }
        SortedMap<Integer, String> ofShards = new TreeMap<>(all.ofShards());
        ofShards.keySet().retainAll(shards);
        return new ShardParameters(ofShards, all.ofJob());
    }
}
