package io.elasticjob;

import io.elasticjob.text.VisibleText;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Describes an execution to its handler. Strings are never null; what is not set is "".
 *
 * @since 0.1.0
 */
public final class ShardingContext {

    /** The longest result, in bytes of UTF-8. */
    public static final int MAX_RESULT_BYTES = 1024;

    /** The longest checkpoint, in bytes of UTF-8. */
    public static final int MAX_CHECKPOINT_BYTES = 4096;

    private final ExecutionId executionId;
    private final int shardingTotalCount;
    private final String shardingParameter;
    private final String jobParameter;
    private final Instant fireTime;
    private final @Nullable Instant previousFireTime;
    private final List<Cause> causes;
    private final @Nullable Instant originFireTime;
    private final Supplier<Optional<Instant>> intervalStart;
    private final @Nullable Long fencingToken;
    private final boolean unmonitored;
    private final Supplier<Optional<Cancellation>> cancellation;
    private final BooleanSupplier moving;
    private final Map<JobKey, Setting> settings;
    private final Consumer<String> checkpoints;
    private final Consumer<Progress> progress;
    private volatile @Nullable String checkpoint;
    private volatile @Nullable String result;
    private volatile @Nullable String skipped;
    private volatile boolean handedOver;

    private ShardingContext(Builder builder) {
        executionId = new ExecutionId(
                builder.jobName,
                builder.life,
                builder.firing == null ? new Firing.Scheduled(builder.fireTime) : builder.firing,
                builder.shardingItem,
                builder.attempt);
        shardingTotalCount = builder.shardingTotalCount;
        shardingParameter = builder.shardingParameter;
        jobParameter = builder.jobParameter;
        fireTime = builder.fireTime;
        previousFireTime = builder.previousFireTime;
        causes = builder.causes;
        originFireTime = builder.originFireTime;
        intervalStart = builder.intervalStart;
        fencingToken = builder.fencingToken;
        unmonitored = builder.unmonitored;
        cancellation = builder.cancellation;
        moving = builder.moving;
        settings = builder.settings;
        checkpoints = builder.checkpoints;
        progress = builder.progress;
        checkpoint = builder.checkpoint;
    }

    /** A builder that says what this context says; a runner sets in it what changes while the execution runs. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.executionId(executionId);
        builder.shardingTotalCount = shardingTotalCount;
        builder.shardingParameter = shardingParameter;
        builder.jobParameter = jobParameter;
        builder.fireTime = fireTime;
        builder.previousFireTime = previousFireTime;
        builder.causes = causes;
        builder.originFireTime = originFireTime;
        builder.intervalStart = intervalStart;
        builder.fencingToken = fencingToken;
        builder.unmonitored = unmonitored;
        builder.cancellation = cancellation;
        builder.moving = moving;
        builder.settings = settings;
        builder.checkpoints = checkpoints;
        builder.progress = progress;
        builder.checkpoint = checkpoint;
        return builder;
    }

    /** A builder for unit tests of handlers. It starts with shard 0 of 1, attempt 1, fired at the epoch. */
    public static Builder builder() {
        return new Builder();
    }

    public String jobName() {
        return executionId.job();
    }

    /**
     * The shard to work on, from 0 to {@link #shardingTotalCount()} - 1. 0 of 1 for a job that each instance runs as a whole,
     * whatever the number of the instance's shard in {@link #executionId()}.
     */
    public int shardingItem() {
        return executionId.shard() < JobDefinition.MAX_SHARDS ? executionId.shard() : 0;
    }

    /** The parameter of this shard; "" if it has none. */
    public String shardingParameter() {
        return shardingParameter;
    }

    /** The number of shards of this firing; the same for all of its shards. */
    public int shardingTotalCount() {
        return shardingTotalCount;
    }

    /** The parameter of the job; "" if it has none. */
    public String jobParameter() {
        return jobParameter;
    }

    /**
     * The instant at which this firing was due or, for a trigger, requested; for a trigger of a backfill, the fire time that it
     * is run for. The same on all instances.
     */
    public Instant fireTime() {
        return fireTime;
    }

    /** The fire time of the last scheduled firing that this shard completed with success. Empty when monitoring is off. */
    public Optional<Instant> previousFireTime() {
        return Optional.ofNullable(previousFireTime);
    }

    /**
     * The fire time before {@link #fireTime()} by the schedule of the job, whether it was run or not: a job that works on what
     * has come in since, works on the time from this one to {@code fireTime()}. The same at each attempt, and in a backfill.
     * Empty if the schedule names no earlier one, or no fire times at all.
     */
    public Optional<Instant> intervalStart() {
        return intervalStart.get();
    }

    /**
     * The firings of other jobs after which this one runs, by {@code after}, with what their shards have left as results: one,
     * or, with {@code join}, one of each job that has come. Empty for all other firings.
     */
    public List<Cause> causes() {
        return causes;
    }

    /**
     * The fire time of the firing with which the chain began that this firing belongs to: all that follows from one firing of
     * the first job works on the same time. Empty for a firing that runs after no other one, and where those that it runs
     * after descend from no common one.
     */
    public Optional<Instant> originFireTime() {
        return Optional.ofNullable(originFireTime);
    }

    /** The number of the trigger that this execution runs; empty if the schedule fired it. */
    public OptionalLong trigger() {
        return executionId.firing() instanceof Firing.Triggered triggered
                ? OptionalLong.of(triggered.number())
                : OptionalLong.empty();
    }

    public ExecutionId executionId() {
        return executionId;
    }

    /** From 1; more when an earlier attempt at this firing's shard was lost. */
    public int attempt() {
        return executionId.attempt();
    }

    /**
     * A number that is larger for each later execution of this shard. If an effect checks that it has seen no larger one,
     * an execution that was overtaken without knowing it can do no harm.
     *
     * @throws IllegalStateException if {@code monitorExecution} is false, so that nothing is claimed or fenced, or if the
     *     context was built without {@link Builder#fencingToken}
     */
    public long fencingToken() {
        if (fencingToken == null) {
            throw unmonitored("fencing token");
        }
        return fencingToken;
    }

    /** Whether the shard was claimed for this execution, so that there are a fencing token and checkpoints. */
    public boolean isMonitored() {
        return fencingToken != null;
    }

    private IllegalStateException unmonitored(String what) {
        if (!unmonitored) {
            return new IllegalStateException(
                    "No " + what + ": this context was made by ShardingContext.builder() without"
                            + " a fencing token. Set one, for example .fencingToken(1), or say .unmonitored() to test a job with"
                            + " monitorExecution=false.");
        }
        return new IllegalStateException("No " + what + ": the job \"" + jobName()
                + "\" has monitorExecution=false, so that its shards are not claimed. Set monitorExecution=true.");
    }

    /**
     * The last checkpoint of this shard: the one that this execution wrote, otherwise the one that an earlier attempt left, on
     * any instance, or an earlier firing that did not succeed. A firing that succeeds clears it, unless the job has
     * {@code keepCheckpoint}. Empty if monitoring is off.
     */
    public Optional<String> checkpoint() {
        return Optional.ofNullable(checkpoint);
    }

    /**
     * Stores how far this execution has come, for the next execution of the shard. Blocks until ZooKeeper has acknowledged
     * it. Refused if this execution was overtaken, like all of its writes. May be called from any thread.
     *
     * <p>A thread that is already interrupted blocks all the same, so that a cancelled execution can still note where it
     * stopped. An interrupt during the wait ends the wait.
     *
     * @param value at most {@link #MAX_CHECKPOINT_BYTES} bytes in UTF-8
     * @throws IllegalArgumentException when it is longer, or no text; the last checkpoint stays
     * @throws ShardLostException when this execution no longer holds its shard
     * @throws CheckpointUnconfirmedException if the checkpoint may or may not have been written: there was no answer for half a
     *     minute, or the thread was interrupted
     * @throws IllegalStateException if {@code monitorExecution} is false, so that there is no record, or if the context was
     *     built without {@link Builder#fencingToken}
     */
    public void checkpoint(String value) {
        if (fencingToken == null) {
            throw unmonitored("checkpoint");
        }
        checkCheckpoint(executionId, value);
        checkpoints.accept(value);
        checkpoint = value;
    }

    /**
     * Whether a checkpoint can be kept; {@link #checkpoint(String)} looks itself.
     *
     * @throws IllegalArgumentException when it is longer than {@link #MAX_CHECKPOINT_BYTES}, or no text
     */
    public static void checkCheckpoint(ExecutionId execution, String value) {
        long size = utf8Length(execution, value, "checkpoint");
        if (size > MAX_CHECKPOINT_BYTES) {
            throw new IllegalArgumentException("The checkpoint of " + execution + " has " + size
                    + " bytes in UTF-8; at most " + MAX_CHECKPOINT_BYTES
                    + " are kept. Note where the work stands, and keep the work itself elsewhere.");
        }
    }

    /**
     * Leaves a result of this execution: it is recorded with its end if that is a success, and shown with the firing; what
     * hears of the whole firing gets the results of all shards. The last call counts. It costs no request.
     *
     * @throws IllegalArgumentException when it is longer than {@link #MAX_RESULT_BYTES}, or no text; the last result stays
     */
    public void result(String value) {
        long size = utf8Length(executionId, value, "result");
        if (size > MAX_RESULT_BYTES) {
            throw new IllegalArgumentException(
                    "The result of " + executionId + " has " + size + " bytes in UTF-8; at most " + MAX_RESULT_BYTES
                            + " are kept. Leave a number, a name or an address, and keep the data itself elsewhere.");
        }
        result = value;
    }

    /** What this execution has left as its result; empty when it has left none. */
    public Optional<String> result() {
        return Optional.ofNullable(result);
    }

    /**
     * Says that there is nothing to do. When the handler returns, the outcome is {@link Outcome.Skipped}, which is neither a
     * success nor a failure: no retry, no alert. A firing of which all shards had nothing to do ends as
     * {@link FiringResult#SKIPPED}. What the execution has left by {@link #result(String)} is not recorded then. The last call
     * counts. A handler that throws has failed all the same.
     *
     * @param reason one line for people, such as "no new orders"; cut after {@link Outcome#MAX_ERROR_LENGTH} characters; "" for none
     */
    public void skip(String reason) {
        skipped = VisibleText.of(Objects.requireNonNullElse(reason, ""), Outcome.MAX_ERROR_LENGTH);
    }

    /** The reason that this execution has given to {@link #skip(String)}; empty when it has not called it. */
    public Optional<String> skipped() {
        return Optional.ofNullable(skipped);
    }

    private static long utf8Length(ExecutionId execution, String value, String what) {
        return value.codePoints()
                .mapToLong(point -> {
                    if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                        throw new IllegalArgumentException(
                                "The " + what + " of " + execution
                                        + " holds half a surrogate pair, which is no text: encode bytes, in Base64 for instance.");
                    }
                    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
                })
                .sum();
    }

    /**
     * Shows how far this execution has come, to everybody who looks at it while it runs. The latest call counts. Unlike a
     * {@link #checkpoint(String)}, it is not kept for the next execution, costs no request and never fails. May be called
     * from any thread, as often as you like.
     *
     * @param percent from 0 to 100; what is less counts as 0, what is more as 100
     * @param message one line for people, such as "page 12 of 30"; cut after {@link Progress#MAX_MESSAGE_LENGTH} characters
     */
    public void progress(int percent, String message) {
        progress.accept(new Progress(percent, Objects.requireNonNullElse(message, "")));
    }

    /**
     * Whether this execution should end: its instance shuts down, or may have lost its session, or another instance has taken
     * the shard. {@link #cancellation()} says which. May be called from any thread.
     */
    public boolean isCancelled() {
        return cancellation().isPresent();
    }

    /**
     * Why this execution should end; empty as long as it should continue. The first reason stays. May be called from any
     * thread.
     */
    public Optional<Cancellation> cancellation() {
        return cancellation.get();
    }

    /**
     * Whether this execution should stop where another one can continue, although nothing is wrong: its shard is assigned to
     * another instance, which waits for the end; or its instance takes nothing new; or the job was disabled, or has another
     * schedule or number of shards. A handler whose work has an end of its own need not ask. One that goes on without end
     * asks between two steps, stores a {@linkplain #checkpoint(String) checkpoint}, says {@link #handOver()} and returns.
     * Stays true once it is. May be called from any thread.
     */
    public boolean isMoving() {
        return moving.getAsBoolean();
    }

    /**
     * Says that this execution stops before its work is done, so that its shard can move. When the handler returns, the
     * outcome is {@link Outcome.Moved}, which is no failure; the firing goes on from the checkpoint, on the instance that the
     * shard is assigned to.
     *
     * @throws IllegalStateException unless {@link #isMoving()}
     */
    public void handOver() {
        if (!isMoving()) {
            throw new IllegalStateException(
                    executionId
                            + " has no reason to hand its shard over: ask isMoving() first, and call handOver() only when it is true");
        }
        handedOver = true;
    }

    /** Whether {@link #handOver()} was called. */
    public boolean isHandedOver() {
        return handedOver;
    }

    /**
     * The setting of the job that holds for a key: what was set when this execution was claimed, or the key's default; "" when
     * there is neither. Later changes of the job do not concern this execution.
     */
    public String setting(JobKey key) {
        Setting given = settings.get(key);
        return given != null ? given.value() : key.defaultValue().orElse("");
    }

    /** The execution's id; parameters may be secret. */
    @Override
    public String toString() {
        return executionId.toString();
    }

    /** Collects what a context says. */
    public static final class Builder {

        private String jobName = "job";
        private String life = "";
        private @Nullable Firing firing;
        private int shardingItem;
        private int attempt = 1;
        private int shardingTotalCount = 1;
        private String shardingParameter = "";
        private String jobParameter = "";
        private Instant fireTime = Instant.EPOCH;
        private @Nullable Instant previousFireTime;
        private List<Cause> causes = List.of();
        private @Nullable Instant originFireTime;
        private Supplier<Optional<Instant>> intervalStart = Optional::empty;
        private @Nullable Long fencingToken;
        private boolean unmonitored;
        private Supplier<Optional<Cancellation>> cancellation = Optional::empty;
        private BooleanSupplier moving = () -> false;
        private Map<JobKey, Setting> settings = Map.of();
        private Consumer<String> checkpoints = accepted -> {};
        private Consumer<Progress> progress = shown -> {};
        private @Nullable String checkpoint;

        private Builder() {}

        public Builder jobName(String value) {
            jobName = Objects.requireNonNull(value);
            return this;
        }

        /** The shard, its attempt and the firing all at once. */
        public Builder executionId(ExecutionId id) {
            jobName = id.job();
            life = id.life();
            firing = id.firing();
            shardingItem = id.shard();
            attempt = id.attempt();
            return this;
        }

        public Builder shard(int item, int totalCount) {
            if (item < 0 || item >= totalCount) {
                throw new IllegalArgumentException("shard " + item + " of " + totalCount + " does not exist");
            }
            shardingItem = item;
            shardingTotalCount = totalCount;
            return this;
        }

        public Builder shardingParameter(String value) {
            shardingParameter = Objects.requireNonNull(value);
            return this;
        }

        public Builder jobParameter(String value) {
            jobParameter = Objects.requireNonNull(value);
            return this;
        }

        public Builder fireTime(Instant value) {
            fireTime = Objects.requireNonNull(value);
            return this;
        }

        public Builder previousFireTime(@Nullable Instant value) {
            previousFireTime = value;
            return this;
        }

        /** The firings of other jobs after which this one runs. */
        public Builder causes(List<Cause> value) {
            causes = List.copyOf(value);
            return this;
        }

        /** The fire time of the firing with which the chain began; null where there is no chain. */
        public Builder originFireTime(@Nullable Instant value) {
            originFireTime = value;
            return this;
        }

        /** The fire time before this one by the schedule; null when there is none. */
        public Builder intervalStart(@Nullable Instant value) {
            return intervalStart(() -> Optional.ofNullable(value));
        }

        /** The same, worked out when somebody asks for it. From any thread. */
        public Builder intervalStart(Supplier<Optional<Instant>> value) {
            intervalStart = Objects.requireNonNull(value);
            return this;
        }

        public Builder trigger(long number) {
            firing = new Firing.Triggered(number);
            return this;
        }

        public Builder attempt(int value) {
            attempt = value;
            return this;
        }

        /** The token of the claim. Without it there is no token to ask for, and no checkpoint can be written. */
        public Builder fencingToken(long value) {
            fencingToken = value;
            unmonitored = false;
            return this;
        }

        /** As in a job with {@code monitorExecution=false}: neither fencing token nor checkpoints. Takes a token back. */
        public Builder unmonitored() {
            fencingToken = null;
            unmonitored = true;
            return this;
        }

        /** {@link #cancellation} by a shutdown, once this is true. */
        public Builder cancelled(BooleanSupplier value) {
            Objects.requireNonNull(value);
            Cancellation shutdown = new Cancellation(Cancellation.Reason.SHUTDOWN, "", "The instance shuts down");
            return cancellation(() -> value.getAsBoolean() ? Optional.of(shutdown) : Optional.empty());
        }

        /** Why the execution should end; empty as long as it should go on. Asked from any thread. */
        public Builder cancellation(Supplier<Optional<Cancellation>> value) {
            cancellation = Objects.requireNonNull(value);
            return this;
        }

        /** A setting of the job. */
        public Builder setting(JobKey key, String value) {
            Map<JobKey, Setting> more = new HashMap<>(settings);
            more.put(key, new Setting(value, Setting.Source.CODE));
            settings = more;
            return this;
        }

        /** All settings of the job, in place of those that were said before. */
        public Builder settings(JobDefinition job) {
            settings = job.settings();
            return this;
        }

        /** Whether the shard is to move, as {@link ShardingContext#isMoving()} says. Asked from any thread. */
        public Builder moving(BooleanSupplier value) {
            moving = Objects.requireNonNull(value);
            return this;
        }

        /** What an earlier attempt left; null when none did. */
        public Builder checkpoint(@Nullable String value) {
            checkpoint = value;
            return this;
        }

        /**
         * Where checkpoints go: returns when one is acknowledged, or throws as {@link ShardingContext#checkpoint(String)}
         * does. Accepts every one, when not set.
         */
        public Builder checkpoints(Consumer<String> value) {
            checkpoints = Objects.requireNonNull(value);
            return this;
        }

        /** Where progress goes. It is called on the handler's threads, and must neither block nor throw. Nowhere, when not set. */
        public Builder progress(Consumer<Progress> value) {
            progress = Objects.requireNonNull(value);
            return this;
        }

        public ShardingContext build() {
            return new ShardingContext(this);
        }
    }
}
