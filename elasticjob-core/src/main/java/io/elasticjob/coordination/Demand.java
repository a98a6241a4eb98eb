package io.elasticjob.coordination;

import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobErrorHandler;
import io.elasticjob.JobKey;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Setting;
import io.elasticjob.TriggerRequest;
import io.elasticjob.schedule.NamedCalendar;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Whether what an operator asks for can be done, with what is known of the namespace. */
public final class Demand {

    /** What may take the last fire time away, by the likelihood of it. */
    private static final List<JobKey> LIMITS = List.of(
            JobKey.VALID_UNTIL, JobKey.BETWEEN, JobKey.EXCLUDED_DAYS, JobKey.VALID_FROM, JobKey.CRON, JobKey.EVERY);

    private Demand() {}

    /**
     * The trigger that a request stands for; its number and time are settled when it is created. It is split as the job is
     * set, also where firings by schedule are so only later.
     *
     * @param standing whether somebody stands for it; where its application is absent, the trigger waits for it
     * @param instances that may run it now, which a trigger of a job runs on that each instance runs as a whole
     * @param effective what is set of the job, overrides over declared
     * @param now registry time
     * @throws InvalidSettingException for a shard that the job does not have
     * @throws OperationRefusedException for a job or shard that is disabled, unless forced; and for a job that is undeclared
     */
    public static Trigger trigger(
            StoredJob job,
            Standing standing,
            Collection<ProcessShards.Process> instances,
            Supplier<JobDefinition> effective,
            TriggerRequest request,
            Instant now) {
        if (standing == Standing.UNDECLARED) {
            throw new OperationRefusedException("No live instance of \"" + job.application() + "\" declares "
                    + job.name()
                    + " any more, so that nobody would run it: start a version that does, transfer the job to"
                    + " an application that declares it, or remove it");
        }
        int count = job.shardCount().count();
        boolean isPlanned = isPlanned(effective);
        if (isPlanned && !request.shards().isEmpty()) {
            throw new InvalidSettingException(
                    "shards",
                    request.shards().stream().map(String::valueOf).collect(Collectors.joining(",")),
                    "cannot be named: the planner of " + job.name() + " decides for each firing which shards it has");
        }
        SortedSet<Integer> shards = isPlanned
                ? new TreeSet<>()
                : job.shardCount().isBroadcast() ? ofProcesses(job, instances, request) : ofSplit(job, count, request);
        if (!request.forced()) {
            refuseIfDisabled(job, effective.get(), isPlanned ? new TreeSet<>(Set.of(0)) : shards);
        }
        return new Trigger(
                0,
                now,
                request.id(),
                new Trigger.Content(
                        shards, count, request.parameter(), parameters(effective, shards, request.forced())),
                request.forced(),
                request.by(),
                Map.of());
    }

    private static boolean isPlanned(Supplier<JobDefinition> effective) {
        try {
            return effective.get().plannedShards().arePlanned();
        } catch (IllegalArgumentException | IllegalStateException unusable) {
            return false;
        }
    }

    private static SortedSet<Integer> ofSplit(StoredJob job, int count, TriggerRequest request) {
        SortedSet<Integer> shards = new TreeSet<>(request.shards());
        if (shards.isEmpty()) {
            IntStream.range(0, count)
                    .filter(shard -> request.forced() || !job.switches().isOff(shard))
                    .forEach(shards::add);
        }
        for (int shard : shards) {
            if (shard < 0 || shard >= count) {
                throw noShard(request, shard, job.name() + " has 0 to " + (count - 1));
            }
        }
        return shards;
    }

    private static SortedSet<Integer> ofProcesses(
            StoredJob job, Collection<ProcessShards.Process> instances, TriggerRequest request) {
        SortedSet<Integer> shards = new TreeSet<>();
        job.shardCount().processes().byShard().forEach((shard, holder) -> {
            if (instances.contains(holder.process())) {
                shards.add(shard);
            }
        });
        for (int shard : request.shards()) {
            if (!shards.contains(shard)) {
                throw noShard(
                        request,
                        shard,
                        "each instance that may run " + job.name() + " has one of its own, these are " + shards);
            }
        }
        if (shards.isEmpty()) {
            throw new OperationRefusedException("No instance may run " + job.name()
                    + " at present, which each one runs for itself: a trigger would run nowhere");
        }
        return request.shards().isEmpty() ? shards : new TreeSet<>(request.shards());
    }

    private static InvalidSettingException noShard(TriggerRequest request, int shard, String there) {
        return new InvalidSettingException(
                "shards",
                request.shards().stream().map(String::valueOf).collect(Collectors.joining(",")),
                "names shard " + shard + ", which does not exist: " + there);
    }

    /** Null when what is set makes no job for this version: a forced trigger waits for an instance that can use it. */
    private static @Nullable ShardParameters parameters(
            Supplier<JobDefinition> effective, SortedSet<Integer> shards, boolean forced) {
        try {
            return ShardParameters.of(effective.get(), shards);
        } catch (IllegalArgumentException | IllegalStateException unusable) {
            if (forced) {
                return null;
            }
            throw unusable;
        }
    }

    /** As above, of a job that somebody stands for. */
    public static Trigger trigger(
            StoredJob job, Supplier<JobDefinition> effective, TriggerRequest request, Instant now) {
        return trigger(job, Standing.DECLARED, List.of(), effective, request, now);
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
     * @throws InvalidSettingException naming key, value and rule; an {@link UnknownNameException} for a name
     */
    public static void check(
            JobDefinition job,
            Set<JobKey> changed,
            Collection<Instance> live,
            Set<String> builtInStrategies,
            Duration sessionTimeout,
            Instant now) {
        JobKey handler = job.handlerKey();
        if (changed.contains(handler)) {
            known(
                    job,
                    handler,
                    handlerName(job),
                    handler.equals(JobKey.HANDLER)
                            ? "is not the name of a handler that a live instance offers"
                            : "is no " + handler.handlerNoun() + " that a live instance offers",
                    Set.of(),
                    live,
                    instance -> Eligibility.handlersOf(handler, instance));
        }
        if (changed.contains(JobKey.SHARDING_STRATEGY)) {
            known(
                    job,
                    JobKey.SHARDING_STRATEGY,
                    job.shardingStrategy(),
                    "is not the name of a sharding strategy that a live instance offers",
                    builtInStrategies,
                    live,
                    Instance::strategies);
        }
        NamedCalendar calendar = job.schedule().limits().calendar();
        if (changed.contains(JobKey.CALENDAR) && calendar != null) {
            known(
                    job,
                    JobKey.CALENDAR,
                    calendar.name(),
                    "is not the name of a calendar that a live instance offers",
                    Set.of(),
                    live,
                    Instance::calendars);
        }
        if (changed.contains(JobKey.ERROR_HANDLER) && !job.errorHandler().isEmpty()) {
            known(
                    job,
                    JobKey.ERROR_HANDLER,
                    job.errorHandler(),
                    "is not the name of an error handler that a live instance offers",
                    JobErrorHandler.BUILT_IN,
                    live,
                    Instance::errorHandlers);
        }
        if (changed.contains(JobKey.LIMITS)) {
            for (String limit : job.concurrency().limits()) {
                known(
                        job,
                        JobKey.LIMITS,
                        limit,
                        "is not the name of a limit that a live instance declares (elasticjob.limits)",
                        Set.of(),
                        live,
                        Instance::limits);
            }
        }
        if (changed.contains(JobKey.FIRING_LISTENERS)) {
            for (String listener : job.wholeFirings().listeners()) {
                known(
                        job,
                        JobKey.FIRING_LISTENERS,
                        listener,
                        "is not the name of a firing listener that a live instance offers",
                        Set.of(),
                        live,
                        Instance::firingListeners);
            }
        }
        if (changed.contains(JobKey.PLANNER) && job.plannedShards().arePlanned()) {
            known(
                    job,
                    JobKey.PLANNER,
                    job.plannedShards().by().orElseThrow(),
                    "is not the name of a planner that a live instance offers",
                    Set.of(),
                    live,
                    Instance::planners);
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
                    "is past: by the clock of ZooKeeper it is " + now);
        }
        if (job.schedule().base() instanceof Schedule.Cron cron
                && cron.next(now).isEmpty()) {
            refuse(job, JobKey.CRON, changed, "names no time to come: by the clock of ZooKeeper it is " + now);
        } else if (!job.schedule().limits().isNone() && job.schedule().next(now).isEmpty()) {
            for (JobKey key : LIMITS) {
                refuse(
                        job,
                        key,
                        changed,
                        "leaves no fire time to come of " + job.schedule() + ": by the clock of ZooKeeper it is "
                                + now);
            }
        }
    }

    private static void refuse(JobDefinition job, JobKey key, Set<JobKey> changed, String rule) {
        String value = job.setting(key).map(Setting::value).orElse("");
        if (changed.contains(key) && !value.isBlank()) {
            throw new InvalidSettingException(job.name() + "." + key.key(), value, rule);
        }
    }

    private static String handlerName(JobDefinition job) {
        return job.setting(job.handlerKey()).map(Setting::value).orElseThrow();
    }

    private static Set<String> names(Collection<Instance> live, Function<Instance, Set<String>> offered) {
        return live.stream()
                .flatMap(instance -> offered.apply(instance).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void known(
            JobDefinition job,
            JobKey key,
            String name,
            String rule,
            Set<String> always,
            Collection<Instance> live,
            Function<Instance, Set<String>> offered) {
        boolean isKnown = always.contains(name)
                || live.stream().anyMatch(instance -> offered.apply(instance).contains(name));
        if (!isKnown) {
            throw new UnknownNameException(job.name() + "." + key.key(), name, rule, () -> {
                Set<String> names = names(live, offered);
                names.addAll(always);
                return names;
            });
        }
    }
}
