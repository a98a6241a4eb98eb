package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.FiringStep;
import io.elasticjob.coordination.MissedDeadlines;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.ShardView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Firings of a job as wholes, latest first: the one that its record tells of, and those of which the history has executions.
 *
 * @param firings without their shards
 */
record FiringsDescriptor(List<FiringDescriptor> firings) implements OperationResponseBody {

    /**
     * One of them. What is not known is null.
     *
     * @param state {@code PLANNING}, {@code OPENING}, {@code OPEN} or {@code CLOSED} where the firing is recorded as a whole, and {@code DUE} where it
     *     was told as late and no instance has opened it; else {@code RUNNING}
     *     while an execution of it runs, and {@code ENDED}
     * @param result once it has ended
     * @param ends how many shards ended with each outcome; those that were not run count as {@code SKIPPED} once it is closed
     * @param deadline when it should have ended; null where its job has no {@code firingDeadline}
     * @param deadlineMissed whether it was told that it has not; null where it was not
     * @param parts into how many shards its planner has split it; null where it was not
     * @param shards null in a list
     * @param cause why there was it; null in a list
     * @param successors the firings of other jobs that there were because of it, as far as is known; null in a list
     */
    record FiringDescriptor(
            String firing,
            @Nullable Instant fireTime,
            String state,
            @Nullable FiringResult result,
            SortedMap<String, Integer> ends,
            @Nullable Instant openedAt,
            @Nullable Instant closedAt,
            @Nullable Instant deadline,
            @Nullable Boolean deadlineMissed,
            @Nullable Integer parts,
            @Nullable List<PartDescriptor> shards,
            FiringOrigin.@Nullable CauseDescriptor cause,
            @Nullable List<FiringOrigin.LinkDescriptor> successors)
            implements OperationResponseBody {

        private FiringDescriptor with(List<PartDescriptor> all, FiringOrigin.CauseDescriptor why) {
            return new FiringDescriptor(
                    firing,
                    fireTime,
                    state,
                    result,
                    ends,
                    openedAt,
                    closedAt,
                    deadline,
                    deadlineMissed,
                    parts,
                    all,
                    why,
                    List.of());
        }

        /** The same with the firings that there were because of it. */
        FiringDescriptor before(List<FiringOrigin.LinkDescriptor> next) {
            return new FiringDescriptor(
                    firing,
                    fireTime,
                    state,
                    result,
                    ends,
                    openedAt,
                    closedAt,
                    deadline,
                    deadlineMissed,
                    parts,
                    shards,
                    cause,
                    next);
        }
    }

    /**
     * A shard's part in a firing.
     *
     * @param outcome of its last attempt; null while it runs, and where it has not run
     * @param result that it has left; known until it runs the next firing
     * @param array where it runs, or ran last, as an array of tasks on a cluster; else null
     * @param attempts of which the history knows, latest first
     */
    record PartDescriptor(
            int shard,
            @Nullable String outcome,
            @Nullable String result,
            @Nullable String error,
            ArrayReader.@Nullable ArrayDescriptor array,
            List<ExecutionsDescriptor.ExecutionDescriptor> attempts) {}

    /**
     * All of them.
     *
     * @param executions of the job, latest first; where there may be more than these, the earliest firing is left out, as some of
     *     its shards may be missing
     */
    static FiringsDescriptor of(JobDetail detail, List<ExecutionRecord> executions) {
        Map<String, List<ExecutionRecord>> byFiring = byFiring(executions);
        if (executions.size() >= ExecutionQuery.MAX_SIZE && byFiring.size() > 1) {
            byFiring.remove(executions.get(executions.size() - 1).firing());
        }
        Map<String, FiringDescriptor> all = new LinkedHashMap<>();
        unopened(detail).ifPresent(late -> all.put(late.firing(), late));
        current(detail).ifPresent(current -> all.put(current.firing(), current));
        byFiring.forEach((firing, runs) -> all.putIfAbsent(firing, ofHistory(firing, runs)));
        return new FiringsDescriptor(List.copyOf(all.values()));
    }

    /**
     * One firing with its shards.
     *
     * @param executions of the firing, latest first
     * @param cause why there was it
     * @param arrays what runs on a cluster
     * @return empty when nothing is known of it
     */
    static Optional<FiringDescriptor> one(
            JobDetail detail,
            String firing,
            List<ExecutionRecord> executions,
            Supplier<FiringOrigin.CauseDescriptor> cause,
            Function<ShardView, ArrayReader.@Nullable ArrayDescriptor> arrays) {
        Optional<FiringDescriptor> known = Stream.concat(current(detail).stream(), unopened(detail).stream())
                .filter(current -> current.firing().equals(firing))
                .findFirst()
                .or(() -> executions.isEmpty() ? Optional.empty() : Optional.of(ofHistory(firing, executions)));
        return known.map(one -> one.with(parts(detail, firing, executions, arrays), cause.get()));
    }

    private static Optional<FiringDescriptor> current(JobDetail detail) {
        FiringRecord record = detail.firings();
        FiringRecord.Current current = record == null ? null : record.current();
        if (record == null || current == null) {
            return Optional.empty();
        }
        FiringRecord.Whole whole = current.whole();
        String firing = whole.seen().firing().text();
        if (current.stage() instanceof FiringRecord.Closed closed) {
            return Optional.of(new FiringDescriptor(
                    firing,
                    whole.seen().fireTime(),
                    "CLOSED",
                    closed.result(),
                    closed.ends(),
                    whole.openedAt(),
                    closed.at(),
                    deadline(detail, whole.fireTime()),
                    isMissed(record, whole.firing()),
                    partsOf(whole),
                    null,
                    null,
                    null));
        }
        SortedMap<String, Integer> ends = new TreeMap<>();
        for (ShardView shard : detail.shards()) {
            String outcome = shard.record().outcome();
            if (isOf(firing, shard.record()) && !shard.record().isRunning() && outcome != null) {
                ends.merge(outcome, 1, Integer::sum);
            }
        }
        String state =
                record.planning().isPresent() ? "PLANNING" : record.opening().isPresent() ? "OPENING" : "OPEN";
        return Optional.of(new FiringDescriptor(
                firing,
                whole.seen().fireTime(),
                state,
                null,
                ends,
                whole.openedAt(),
                null,
                deadline(detail, whole.fireTime()),
                isMissed(record, whole.firing()),
                partsOf(whole),
                null,
                null,
                null));
    }

    private static @Nullable Integer partsOf(FiringRecord.Whole whole) {
        return whole.plan() == null ? null : whole.count();
    }

    /** The firing that was told as late and that no instance has opened. */
    private static Optional<FiringDescriptor> unopened(JobDetail detail) {
        FiringRecord record = detail.firings();
        FiringRecord.Current current = record == null ? null : record.current();
        return Optional.ofNullable(record)
                .flatMap(MissedDeadlines::open)
                .filter(late -> current == null || !current.whole().firing().equals(late.firing()))
                .map(late -> new FiringDescriptor(
                        late.firing().identity().text(),
                        late.fireTime(),
                        "DUE",
                        null,
                        new TreeMap<>(),
                        null,
                        null,
                        deadline(detail, late.fireTime()),
                        true,
                        null,
                        null,
                        null,
                        null));
    }

    private static @Nullable Instant deadline(JobDetail detail, Instant fireTime) {
        JobDefinition job = detail.job().definition();
        Duration deadline = job == null ? null : job.wholeFirings().deadline();
        return deadline == null ? null : fireTime.plus(deadline);
    }

    private static @Nullable Boolean isMissed(FiringRecord record, Firing firing) {
        MissedDeadlines missed = record.marks().missed();
        return missed != null && missed.last().equals(firing) ? true : null;
    }

    private static boolean isOf(String firing, ShardRecord record) {
        Firing last = record.firing();
        return last != null && last.identity().text().equals(firing);
    }

    private static Map<String, List<ExecutionRecord>> byFiring(List<ExecutionRecord> executions) {
        Map<String, List<ExecutionRecord>> all = new LinkedHashMap<>();
        executions.forEach(run ->
                all.computeIfAbsent(run.firing(), any -> new ArrayList<>()).add(run));
        return all;
    }

    private static FiringDescriptor ofHistory(String firing, List<ExecutionRecord> runs) {
        Map<Integer, ExecutionRecord> last = new TreeMap<>();
        for (ExecutionRecord run : runs) {
            last.merge(run.shard(), run, (one, other) -> one.attempt() >= other.attempt() ? one : other);
        }
        SortedMap<String, Integer> ends = new TreeMap<>();
        boolean runsStill = false;
        for (ExecutionRecord run : last.values()) {
            String outcome = run.outcome();
            runsStill |= outcome == null;
            if (outcome != null) {
                ends.merge(outcome, 1, Integer::sum);
            }
        }
        return new FiringDescriptor(
                firing,
                runs.get(0).fireTime(),
                runsStill ? "RUNNING" : "ENDED",
                runsStill ? null : FiringStep.resultOf(ends),
                ends,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static List<PartDescriptor> parts(
            JobDetail detail,
            String firing,
            List<ExecutionRecord> executions,
            Function<ShardView, ArrayReader.@Nullable ArrayDescriptor> arrays) {
        Map<Integer, List<ExecutionRecord>> byShard = new TreeMap<>();
        executions.forEach(run ->
                byShard.computeIfAbsent(run.shard(), any -> new ArrayList<>()).add(run));
        Map<Integer, ShardView> records = new TreeMap<>();
        detail.shards().stream()
                .filter(shard -> isOf(firing, shard.record()))
                .forEach(shard -> records.put(shard.shard(), shard));
        records.keySet().forEach(shard -> byShard.putIfAbsent(shard, List.of()));
        List<PartDescriptor> parts = new ArrayList<>();
        byShard.forEach((shard, runs) -> parts.add(part(shard, records.get(shard), runs, arrays)));
        return parts;
    }

    private static PartDescriptor part(
            int shard,
            @Nullable ShardView view,
            List<ExecutionRecord> runs,
            Function<ShardView, ArrayReader.@Nullable ArrayDescriptor> arrays) {
        List<ExecutionRecord> sorted = runs.stream()
                .sorted(Comparator.comparingInt(ExecutionRecord::attempt).reversed())
                .toList();
        ExecutionRecord last = sorted.isEmpty() ? null : sorted.get(0);
        List<ExecutionsDescriptor.ExecutionDescriptor> attempts = sorted.stream()
                .map(ExecutionsDescriptor.ExecutionDescriptor::of)
                .toList();
        if (view == null) {
            return new PartDescriptor(
                    shard,
                    last == null ? null : last.outcome(),
                    null,
                    last == null ? null : last.error(),
                    null,
                    attempts);
        }
        ShardRecord record = view.record();
        ArrayReader.ArrayDescriptor array = arrays.apply(view);
        return record.isRunning()
                ? new PartDescriptor(shard, null, null, null, array, attempts)
                : new PartDescriptor(
                        shard, record.outcome(), record.result().orElse(null), record.error(), array, attempts);
    }
}
