package io.elasticjob.engine;

import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState.Attempt;
import io.elasticjob.ShardingContext;
import io.elasticjob.coordination.Chain;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardParameters;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.spi.ShardRunner.Order;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What handlers are told of a claim, be it made here or adopted. */
final class Orders {

    private Orders() {}

    /** @param token of the claim; null when the job is not monitored, so that nothing was claimed */
    static Order of(ShardCell cell, RecordWrite.Claim claim, ExecutionId id, @Nullable Long token) {
        return of(cell, claim.definition(), claim.step(), claim.next(), new Identity(id, token));
    }

    /** Of what the record holds, under the present settings of its job. */
    static Order ofHeld(ShardCell cell, ShardStep.Claim held, ExecutionId id, long token) {
        return of(cell, cell.job.usable(), held, cell.record(), new Identity(id, token));
    }

    /**
     * The step by which what the record holds was claimed, as far as it is known.
     *
     * @param now where nobody knows the fire time
     * @throws IllegalStateException when nothing runs
     */
    static ShardStep.Claim held(ShardCell cell, Instant now) {
        Attempt attempt = cell.record().latest().orElseThrow(() -> new IllegalStateException(cell + " holds nothing"));
        Firing firing = attempt.firing();
        Trigger trigger = firing instanceof Firing.Triggered triggered
                ? cell.job.triggers().pending().get(triggered.number())
                : null;
        Instant fireTime = cell.record()
                .fireTime()
                .orElseGet(() ->
                        trigger != null ? trigger.requestedAt() : Objects.requireNonNullElse(attempt.startedAt(), now));
        return new ShardStep.Claim(firing, fireTime, trigger, attempt.number(), attempt.deaths());
    }

    private record Identity(ExecutionId id, @Nullable Long token) {}

    private static Order of(
            ShardCell cell, JobDefinition definition, ShardStep.Claim step, ShardRecord record, Identity identity) {
        ShardParameters parameters = parameters(cell, definition, step);
        Trigger trigger = step.trigger();
        Trigger.Interval interval = trigger == null ? null : trigger.content().interval();
        Firing.Past again = step.firing() instanceof Firing.Triggered triggered ? triggered.again() : null;
        Instant fireTime = again == null ? step.fireTime() : again.fireTime();
        ShardingContext.Builder context = ShardingContext.builder()
                .executionId(identity.id())
                .shardingParameter(parameters.of(cell.shard))
                .jobParameter(parameters.ofJob())
                .fireTime(interval == null ? fireTime : interval.fireTime())
                .intervalStart(
                        interval == null
                                ? () -> before(definition.schedule(), fireTime)
                                : () -> Optional.ofNullable(interval.start()))
                .causes(trigger == null ? List.of() : trigger.content().chain().causes())
                .originFireTime(origin(trigger))
                .previousFireTime(record.lastSucceeded())
                .checkpoint(record.checkpoint());
        if (!ProcessShards.isOne(cell.shard)) { // else it is the whole
            context.shard(cell.shard, Math.max(cell.shard + 1, shardingTotalCount(cell.job, step)));
        }
        Long token = identity.token();
        return Order.of(
                definition,
                (token == null ? context.unmonitored() : context.fencingToken(token)).build(),
                record.array());
    }

    private static @Nullable Instant origin(@Nullable Trigger trigger) {
        return trigger == null
                ? null
                : trigger.content().chain().ancestors().stream()
                        .findFirst()
                        .map(Chain.Ancestor::fireTime)
                        .orElse(null);
    }

    /** The fire time before this one, by the schedule. */
    private static Optional<Instant> before(Schedule schedule, Instant fireTime) {
        return schedule.isByEnd() ? Optional.empty() : schedule.latest(fireTime.minusMillis(1));
    }

    private static int shardingTotalCount(JobState job, ShardStep.Claim step) {
        Trigger trigger = step.trigger();
        return trigger == null || trigger.isPlanned()
                ? job.shardCount().at(step.fireTime())
                : trigger.shardingTotalCount();
    }

    /** Those that go with the number of shards of this firing. */
    private static ShardParameters parameters(ShardCell cell, JobDefinition definition, ShardStep.Claim step) {
        Trigger trigger = step.trigger();
        Optional<ShardParameters> ofFiring = trigger == null || trigger.isPlanned()
                ? cell.job.shardCount().parametersAt(step.fireTime())
                : Optional.ofNullable(trigger.content().parameters());
        ShardParameters parameters = ofFiring.orElseGet(() -> ShardParameters.of(definition, List.of(cell.shard)));
        String asked = trigger == null ? null : trigger.content().parameter();
        return asked == null ? parameters : new ShardParameters(parameters.ofShards(), asked);
    }
}
