package io.elasticjob.coordination;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which instances may run a job. */
public final class Eligibility {

    private Eligibility() {}

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
            return Optional.of("does not offer the handler " + job.handler());
        }
        String strategy = job.shardingStrategy();
        if (!builtInStrategies.contains(strategy) && !instance.strategies().contains(strategy)) {
            return Optional.of("does not know the sharding strategy " + strategy);
        }
        if (!instance.labels().entrySet().containsAll(job.labels().entrySet())) {
            return Optional.of("lacks labels: has " + instance.labels() + ", the job asks for " + job.labels());
        }
        return Optional.empty();
    }

    private static String by(String who, Instant when, String why) {
        return (who.isEmpty() ? "" : " by " + who) + " at " + when + (why.isEmpty() ? "" : ": " + why);
    }
}
