package io.elasticjob;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a handler is told about the execution it is to do. Strings are never null; what is not set is "". */
public final class ShardingContext {

    private final ExecutionId executionId;
    private final int shardingTotalCount;
    private final String shardingParameter;
    private final String jobParameter;
    private final Instant fireTime;
    private final @Nullable Instant previousFireTime;
    private final @Nullable Long fencingToken;
    private final BooleanSupplier cancelled;

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
            throw new IllegalStateException("No fencing token: the job \"" + jobName()
                    + "\" has monitorExecution=false, so that its shards are not claimed. Set monitorExecution=true.");
        }
        return fencingToken;
    }

    /** True once this execution should end: its instance shuts down, or may have lost its session. From any thread. */
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

        public Builder fencingToken(long value) {
            fencingToken = value;
            return this;
        }

        public Builder cancelled(BooleanSupplier value) {
            cancelled = Objects.requireNonNull(value);
            return this;
        }

        public ShardingContext build() {
            return new ShardingContext(this);
        }
    }
}
