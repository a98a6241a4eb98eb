package io.elasticjob;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a handler is told about the execution it is to do. Strings are never null; what is not set is "". */
public final class ShardingContext {

    /** The longest checkpoint, in bytes of UTF-8. */
    public static final int MAX_CHECKPOINT_BYTES = 4096;

    private final ExecutionId executionId;
    private final int shardingTotalCount;
    private final String shardingParameter;
    private final String jobParameter;
    private final Instant fireTime;
    private final @Nullable Instant previousFireTime;
    private final @Nullable Long fencingToken;
    private final BooleanSupplier cancelled;
    private final Consumer<String> checkpoints;
    private volatile @Nullable String checkpoint;

    private ShardingContext(Builder builder) {
        executionId = new ExecutionId(
                builder.jobName,
                builder.firing == null ? new Firing.Scheduled(builder.fireTime) : builder.firing,
                builder.shardingItem,
                builder.attempt);
        shardingTotalCount = builder.shardingTotalCount;
        shardingParameter = builder.shardingParameter;
        jobParameter = builder.jobParameter;
        fireTime = builder.fireTime;
        previousFireTime = builder.previousFireTime;
        fencingToken = builder.fencingToken;
        cancelled = builder.cancelled;
        checkpoints = builder.checkpoints;
        checkpoint = builder.checkpoint;
    }

    /** A context made by hand, for a unit test of a handler. Begins as shard 0 of 1, attempt 1, fired at the epoch. */
    public static Builder builder() {
        return new Builder();
    }

    public String jobName() {
        return executionId.job();
    }

    /** The shard to work on, from 0 to {@link #shardingTotalCount()} - 1. */
    public int shardingItem() {
        return executionId.shard();
    }

    /** The parameter of this shard, "" when it has none. */
    public String shardingParameter() {
        return shardingParameter;
    }

    /** Into how many shards this firing is split; the same for all shards of one firing. */
    public int shardingTotalCount() {
        return shardingTotalCount;
    }

    /** The parameter of the job, "" when it has none. */
    public String jobParameter() {
        return jobParameter;
    }

    /** The instant that this firing was due, or, for a trigger by hand, when it was asked for. Alike on all instances. */
    public Instant fireTime() {
        return fireTime;
    }

    /** The fire time of the last scheduled firing that this shard completed with success. Empty when monitoring is off. */
    public Optional<Instant> previousFireTime() {
        return Optional.ofNullable(previousFireTime);
    }

    /** The number of the trigger by hand that this execution answers; empty when the schedule fired it. */
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
     * A number that is larger for each later execution of this shard. Where an effect checks that it has seen no larger
     * one, an execution that was overtaken without knowing it can do no harm.
     *
     * @throws IllegalStateException when {@code monitorExecution} is false: then nothing is claimed and nothing fenced
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
        return new IllegalStateException("No " + what + ": the job \"" + jobName()
                + "\" has monitorExecution=false, so that its shards are not claimed. Set monitorExecution=true.");
    }

    /**
     * The last checkpoint of this shard: the one that this execution wrote, or else the one that was left by an earlier
     * attempt, on whatever instance, or by an earlier firing that did not succeed. A firing that succeeds clears it,
     * unless the job says {@code keepCheckpoint}. Empty when monitoring is off.
     */
    public Optional<String> checkpoint() {
        return Optional.ofNullable(checkpoint);
    }

    /**
     * Notes how far this execution has come, for whoever runs the shard after it. Waits until the registry has
     * acknowledged it; refused, as everything that an overtaken execution would write. From any thread.
     *
     * <p>A thread that is interrupted already waits all the same, so that a cancelled execution can still say where it
     * stopped; an interrupt during the wait ends it.
     *
     * @param value at most {@link #MAX_CHECKPOINT_BYTES} bytes in UTF-8
     * @throws IllegalArgumentException when it is longer, or no text; the last checkpoint stays
     * @throws ShardLostException when this execution no longer holds its shard
     * @throws CheckpointUnconfirmedException when it may have been written, or not: there was no answer for half a minute,
     *     or the thread was interrupted
     * @throws IllegalStateException when {@code monitorExecution} is false: then there is no record to write it to
     */
    public void checkpoint(String value) {
        if (fencingToken == null) {
            throw unmonitored("checkpoint");
        }
        long size = utf8Length(value);
        if (size > MAX_CHECKPOINT_BYTES) {
            throw new IllegalArgumentException("The checkpoint of " + executionId + " has " + size
                    + " bytes in UTF-8; at most " + MAX_CHECKPOINT_BYTES
                    + " are kept. Note where the work stands, and keep the work itself elsewhere.");
        }
        checkpoints.accept(value);
        checkpoint = value;
    }

    private long utf8Length(String value) {
        return value.codePoints()
                .mapToLong(point -> {
                    if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                        throw new IllegalArgumentException(
                                "The checkpoint of " + executionId
                                        + " holds half a surrogate pair, which is no text: encode bytes, in Base64 for instance.");
                    }
                    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
                })
                .sum();
    }

    /**
     * True once this execution should end: its instance shuts down, or may have lost its session, or the shard was taken
     * by another one. From any thread.
     */
    public boolean isCancelled() {
        return cancelled.getAsBoolean();
    }

    @Override
    public String toString() {
        return executionId + (shardingParameter.isEmpty() ? "" : " (" + shardingParameter + ")");
    }

    /** Collects what a context says. */
    public static final class Builder {

        private String jobName = "job";
        private @Nullable Firing firing;
        private int shardingItem;
        private int attempt = 1;
        private int shardingTotalCount = 1;
        private String shardingParameter = "";
        private String jobParameter = "";
        private Instant fireTime = Instant.EPOCH;
        private @Nullable Instant previousFireTime;
        private @Nullable Long fencingToken;
        private BooleanSupplier cancelled = () -> false;
        private Consumer<String> checkpoints = accepted -> {};
        private @Nullable String checkpoint;

        private Builder() {}

        public Builder jobName(String value) {
            jobName = Objects.requireNonNull(value);
            return this;
        }

        /** The shard, its attempt and the firing all at once. */
        public Builder executionId(ExecutionId id) {
            jobName = id.job();
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

        public Builder trigger(long number) {
            firing = new Firing.Triggered(number);
            return this;
        }

        public Builder attempt(int value) {
            attempt = value;
            return this;
        }

        /** Without it the context is one of a job with {@code monitorExecution=false}, which has no checkpoints either. */
        public Builder fencingToken(long value) {
            fencingToken = value;
            return this;
        }

        public Builder cancelled(BooleanSupplier value) {
            cancelled = Objects.requireNonNull(value);
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

        public ShardingContext build() {
            return new ShardingContext(this);
        }
    }
}
