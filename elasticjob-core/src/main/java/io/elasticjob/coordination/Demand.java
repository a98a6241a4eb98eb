package io.elasticjob.coordination;

import io.elasticjob.Durations;
import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.NearestName;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Schedule;
import io.elasticjob.TriggerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Whether what an operator asks for can be done, with what is known of the namespace. */
public final class Demand {

    private Demand() {}

    /**
     * The trigger that a request stands for; its number and time are settled when it is created.
     *
     * @param effective what holds of the job, overrides over declared; asked for only where it matters
     * @param now registry time
     * @throws InvalidSettingException for a shard that the job does not have
     * @throws OperationRefusedException for a job or shard that is disabled, unless forced
     */
    public static Trigger trigger(
            StoredJob job, Supplier<JobDefinition> effective, TriggerRequest request, Instant now) {
        int count = job.shardCount().at(now);
        SortedSet<Integer> shards = new TreeSet<>(request.shards());
        if (shards.isEmpty()) {
            IntStream.range(0, count)
                    .filter(shard -> request.forced() || !job.switches().isOff(shard))
                    .forEach(shards::add);
        }
        for (int shard : shards) {
            if (shard < 0 || shard >= count) {
                throw new InvalidSettingException(
                        "shards",
                        request.shards().stream().map(String::valueOf).collect(Collectors.joining(",")),
                        "names shard " + shard + ", which does not exist: " + job.name() + " has 0 to " + (count - 1));
            }
        }
        if (!request.forced()) {
            refuseIfDisabled(job, effective.get(), shards);
        }
        return new Trigger(
                0, now, request.id(), shards, count, request.parameter(), request.forced(), request.by(), Map.of());
    }

    private static void refuseIfDisabled(StoredJob job, JobDefinition effective, SortedSet<Integer> shards) {
        if (!effective.enabled()) {
            throw new OperationRefusedException(
                    job.name() + " is disabled: enable it, or force the trigger (force=true)");
        }
        if (shards.isEmpty()) {
            throw new OperationRefusedException("All shards of " + job.name()
                    + " are disabled: enable one, or force the" + " trigger (force=true)");
        }
        shards.stream().filter(job.switches()::isOff).findFirst().ifPresent(shard -> {
            throw new OperationRefusedException("Shard " + shard + " of " + job.name()
                    + " is disabled: enable it, or force the trigger (force=true)");
        });
    }

    /**
     * Whether a job that an operator makes or changes can run among the live instances.
     *
     * @param changed keys that the operator has set
     * @param sessionTimeout as negotiated
     * @param now registry time
     * @throws InvalidSettingException naming key, value and rule
     */
    public static void check(
            JobDefinition job,
            Set<JobKey> changed,
            Collection<Instance> live,
            Set<String> builtInStrategies,
            Duration sessionTimeout,
            Instant now) {
        if (changed.contains(JobKey.HANDLER)) {
            known(job, JobKey.HANDLER, job.handler(), "handler", names(live, Instance::handlers));
        }
        if (changed.contains(JobKey.SHARDING_STRATEGY)) {
            Set<String> strategies = names(live, Instance::strategies);
            strategies.addAll(builtInStrategies);
            known(job, JobKey.SHARDING_STRATEGY, job.shardingStrategy(), "sharding strategy", strategies);
        }
        Duration least = sessionTimeout.plusSeconds(5);
        if (changed.contains(JobKey.MISFIRE_THRESHOLD) && job.misfireThreshold().compareTo(least) < 0) {
            throw new InvalidSettingException(
                    job.name() + "." + JobKey.MISFIRE_THRESHOLD.key(),
                    Durations.format(job.misfireThreshold()),
                    "must be at least " + Durations.format(least) + ": so long a death may take to be noticed");
        }
        if (changed.contains(JobKey.AT)
                && job.schedule() instanceof Schedule.Once once
                && !once.at().isAfter(now)) {
            throw new InvalidSettingException(
                    job.name() + "." + JobKey.AT.key(),
                    once.at().toString(),
                    "is past: by the registry's clock it is " + now);
        }
    }

    private static Set<String> names(Collection<Instance> live, Function<Instance, Set<String>> offered) {
        return live.stream()
                .flatMap(instance -> offered.apply(instance).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void known(JobDefinition job, JobKey key, String name, String what, Set<String> names) {
        if (!names.contains(name)) {
            throw new InvalidSettingException(
                    job.name() + "." + key.key(),
                    name,
                    "is not the name of a " + what + " that a live instance offers" + NearestName.hint(name, names));
        }
    }
}
