package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.ArrayPlace;
import io.elasticjob.EngineBusyException;
import io.elasticjob.Progress;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.kind.ArrayRuns;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.RunId;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.ShardView;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Shows executions that run as arrays of tasks on a cluster, and what single tasks have printed. */
final class ArrayReader {

    /** So many logs of tasks are read at a time: a cluster manager has more to do. */
    private static final int MOST_AT_ONCE = 2;

    private final ArrayRuns runs;
    private final Supplier<String> namespace;
    private final Duration patience;
    private final Semaphore room = new Semaphore(MOST_AT_ONCE);

    /** @param patience with a cluster, for one request */
    ArrayReader(ArrayRuns runs, Supplier<String> namespace, Duration patience) {
        this.runs = runs;
        this.namespace = namespace;
        this.patience = patience;
    }

    /** What an array does. */
    enum State {
        /** It is claimed, and nothing is known to be on the cluster. */
        CREATING,
        /** It is on the cluster. */
        RUNNING,
        /** It was told to end, and has not. */
        CANCELLING,
        /** It has failed, and is to run again. */
        WAITING,
        ENDED
    }

    /**
     * An execution on a cluster.
     *
     * @param cluster its name; null while nothing is known to be there
     * @param run name of what is there
     * @param identity the cluster's own of it; null while nothing is known to be there
     * @param size how many tasks there are
     * @param done how many have ended well, in this attempt and before
     * @param failed how many have ended otherwise, in this attempt
     * @param running how many run; known while the answering instance looks after it, else null
     * @param failedTasks numbers of those that failed, as {@code 0-2,4}, cut after some
     * @param since when this attempt began
     * @param message what keeps it from going on; null for nothing, and where that is not known
     */
    record ArrayDescriptor(
            @Nullable String cluster,
            String run,
            @Nullable String identity,
            State state,
            String progress,
            int size,
            int done,
            int failed,
            @Nullable Integer running,
            @Nullable String failedTasks,
            @Nullable Instant since,
            @Nullable String message) {

        private static final int MOST_RANGES = 200;

        private static @Nullable String cut(String ranges) {
            return ranges.isEmpty()
                    ? null
                    : ranges.length() <= MOST_RANGES
                            ? ranges
                            : ranges.substring(0, ranges.lastIndexOf(',', MOST_RANGES)) + ",…";
        }
    }

    /** Null where the latest execution of the shard is none. */
    @Nullable
    ArrayDescriptor of(JobDetail detail, ShardView shard) {
        ArrayPlace recorded = shard.record().array();
        RunId run = recorded == null ? null : run(detail, shard.record());
        if (recorded == null || run == null) {
            return null;
        }
        boolean isRunning = shard.record().isRunning();
        ArrayRuns.Standing standing = isRunning ? runs.of(run).orElse(null) : null;
        ArrayPlace place = standing == null ? recorded : standing.place();
        String message = standing == null ? "" : standing.message();
        return new ArrayDescriptor(
                place.cluster().isEmpty() ? null : place.cluster(),
                run.name(),
                place.identity(),
                state(shard.record(), place),
                place.progress().message(),
                place.size(),
                place.done(),
                place.failed().size(),
                standing == null || standing.phase() == null ? null : standing.running(),
                ArrayDescriptor.cut(place.failed().text()),
                shard.record().startedAt(),
                message.isEmpty() ? null : OneLine.of(message, 300));
    }

    /** How far it has come, as its record says; null where it does not run as an array. */
    static @Nullable Progress progress(ShardRecord record) {
        ArrayPlace place = record.array();
        return place == null || !record.isRunning() ? null : place.progress();
    }

    private static State state(ShardRecord record, ArrayPlace place) {
        if (record.stop().isPresent()) {
            return State.CANCELLING;
        }
        if (!record.isRunning()) {
            return record.state() instanceof ShardState.Done ? State.ENDED : State.WAITING;
        }
        return place.released().isPresent() ? State.RUNNING : State.CREATING;
    }

    private @Nullable RunId run(JobDetail detail, ShardRecord record) {
        ShardState.Attempt latest = record.latest().orElse(null);
        return latest == null
                ? null
                : new RunId(
                        namespace.get(),
                        detail.job().name(),
                        detail.job().stored().life(),
                        latest.firing().identity(),
                        latest.number());
    }

    /**
     * What a task has printed.
     *
     * @param text null where it cannot be read
     * @param message why, or what else is to be said; null for nothing
     */
    record TaskLog(@Nullable String text, @Nullable String message) {}

    /**
     * Reads what a task of the latest execution of a shard has printed.
     *
     * @param whom says whom else to ask
     * @throws io.elasticjob.InvalidSettingException when there is no such task
     * @throws EngineBusyException when too many are read already
     */
    TaskLog log(JobDetail detail, ShardView shard, int task, Supplier<String> whom) {
        ArrayPlace place = shard.record().array();
        RunId run = place == null ? null : run(detail, shard.record());
        if (place == null || run == null) {
            throw OperationFields.invalid(
                    "task", String.valueOf(task), "is for executions that run as arrays of tasks; this one does not");
        }
        if (task >= place.size()) {
            throw OperationFields.invalid(
                    "task", String.valueOf(task), "must be between 0 and " + (place.size() - 1) + ", the last task");
        }
        if (place.earlier().contains(task)) {
            return new TaskLog(
                    null, "Task " + task + " ended well in an earlier attempt, whose logs are not read any more");
        }
        if (place.released().isEmpty()) {
            return new TaskLog("", "Nothing of the array has begun");
        }
        if (!runs.has(place.cluster())) {
            return new TaskLog(
                    null, "The instance that you asked has no cluster \"" + place.cluster() + "\". " + whom.get());
        }
        if (!room.tryAcquire()) {
            throw new EngineBusyException(MOST_AT_ONCE + " logs of tasks are read already; ask again in a moment");
        }
        CompletableFuture<String> asked;
        try {
            asked = runs.log(run, place, task).toCompletableFuture().copy();
        } catch (Throwable failed) {
            room.release();
            throw failed;
        }
        asked.orTimeout(patience.toNanos() * 2, TimeUnit.NANOSECONDS) // a cluster that never answers keeps no room
                .whenComplete((text, failed) -> room.release());
        return read(asked, place.cluster());
    }

    private TaskLog read(CompletableFuture<String> asked, String cluster) {
        try {
            String told = asked.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            String text = told == null ? "" : told;
            int begin = Math.max(0, text.length() - ArrayRuns.MOST_BYTES);
            return new TaskLog(text.substring(begin), null);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            String why = OneLine.of(String.valueOf((cause == null ? failed : cause).getMessage()), 300);
            return new TaskLog(
                    null,
                    cause instanceof ClusterException.Gone
                            ? "The cluster \"" + cluster + "\" does not keep the log any more: " + why
                            : "The cluster \"" + cluster + "\" cannot be asked now: " + why);
        } catch (TimeoutException slow) {
            return new TaskLog(
                    null, "The cluster \"" + cluster + "\" gave no answer within " + patience.toSeconds() + " s");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new TaskLog(null, "The request was interrupted");
        }
    }
}
