package io.elasticjob.coordination;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobErrorHandler;
import io.elasticjob.JobKey;
import io.elasticjob.LabelSelector;
import io.elasticjob.Setting;
import io.elasticjob.schedule.NamedCalendar;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which instances may run a job. */
public final class Eligibility {

    private Eligibility() {}

    /** As below; none while nobody stands for the job, and none of a version that does not understand it. */
    public static List<String> eligible(
            Standing standing,
            StoredJob stored,
            JobDefinition job,
            Set<String> builtInStrategies,
            Collection<Instance> instances) {
        if (!standing.mayRun()) {
            return List.of();
        }
        JobFormat format = JobFormat.of(stored);
        return eligible(
                job,
                stored.application(),
                stored.switches(),
                builtInStrategies,
                instances.stream()
                        .filter(instance -> format.obstacle(instance).isEmpty())
                        .toList());
    }

    /** As below; none may while nobody stands for the job, and none of a version that does not understand it. */
    public static Optional<String> obstacle(
            Standing standing, StoredJob stored, JobDefinition job, Set<String> builtInStrategies, Instance instance) {
        return obstacle(job, stored.application(), stored.switches(), builtInStrategies, instance)
                .or(() -> JobFormat.of(stored).obstacle(instance))
                .or(() -> standing.mayRun()
                        ? Optional.empty()
                        : Optional.of("waits until a live instance of " + stored.application() + " declares the job"));
    }

    /** Ids of the eligible instances, sorted by {@link String#compareTo}. */
    public static List<String> eligible(
            JobDefinition job,
            String application,
            Switches switches,
            Set<String> builtInStrategies,
            Collection<Instance> instances) {
        return instances.stream()
                .filter(instance -> obstacle(job, application, switches, builtInStrategies, instance)
                        .isEmpty())
                .map(Instance::id)
                .sorted()
                .toList();
    }

    /**
     * Why an instance may not run a job, in words that continue "… is not eligible: it"; empty when it may.
     *
     * @param application that the job belongs to; "" for a job that any application may run
     */
    public static Optional<String> obstacle(
            JobDefinition job,
            String application,
            Switches switches,
            Set<String> builtInStrategies,
            Instance instance) {
        if (instance.state() != Instance.State.UP) {
            return Optional.of(instance.drained()
                    .map(drain -> "was drained" + by(drain.who(), drain.when(), drain.why()))
                    .orElse("is draining"));
        }
        Optional<Switches.Switch> off = switches.off(instance.name());
        if (off.isPresent()) {
            return off.map(set -> "was switched off for this job" + by(set.who(), set.when(), set.why()));
        }
        if (!application.isEmpty() && !application.equals(instance.application())) {
            return Optional.of("is a copy of " + instance.application() + ", and the job belongs to " + application);
        }
        if (!instance.handlers().contains(job.handler())) {
            JobKey key = job.handlerKey();
            return Optional.of("does not offer the " + key.handlerNoun() + " "
                    + job.setting(key).map(Setting::value).orElse(""));
        }
        String strategy = job.shardingStrategy();
        if (!builtInStrategies.contains(strategy) && !instance.strategies().contains(strategy)) {
            return Optional.of("does not know the sharding strategy " + strategy);
        }
        NamedCalendar calendar = job.schedule().limits().calendar();
        if (calendar != null && !instance.calendars().contains(calendar.name())) {
            return Optional.of("does not know the calendar " + calendar.name());
        }
        List<String> unknown = job.wholeFirings().listeners().stream()
                .filter(listener -> !instance.firingListeners().contains(listener))
                .toList();
        if (!unknown.isEmpty()) {
            return Optional.of("does not know the firing listener " + String.join(", ", unknown));
        }
        String planner = job.plannedShards().by().orElse("");
        if (!planner.isEmpty() && !instance.planners().contains(planner)) {
            return Optional.of("does not know the planner " + planner);
        }
        String errorHandler = job.errorHandler();
        if (!errorHandler.isEmpty()
                && !JobErrorHandler.BUILT_IN.contains(errorHandler)
                && !instance.errorHandlers().contains(errorHandler)) {
            return Optional.of("does not know the error handler " + errorHandler);
        }
        LabelSelector labels = job.placement().labels();
        if (!labels.matches(instance.labels())) {
            return Optional.of("lacks labels: has " + new TreeMap<>(instance.labels()) + ", the job asks for "
                    + labels.unmet(instance.labels()));
        }
        return Optional.empty();
    }

    /** The values of a key that names handlers for which an instance offers one. */
    static Set<String> handlersOf(JobKey key, Instance instance) {
        if (key.equals(JobKey.HANDLER)) {
            return instance.handlers();
        }
        String prefix = key.key() + ":";
        return instance.handlers().stream()
                .filter(handler -> handler.startsWith(prefix))
                .map(handler -> handler.substring(prefix.length()))
                .collect(Collectors.toSet());
    }

    private static String by(String who, Instant when, String why) {
        return (who.isEmpty() ? "" : " by " + who) + " at " + when + (why.isEmpty() ? "" : ": " + why);
    }
}
