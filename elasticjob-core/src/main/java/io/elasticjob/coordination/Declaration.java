package io.elasticjob.coordination;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an instance should do about a job that it declares. */
public sealed interface Declaration {

    /** The registry says what this instance says, or somebody else's word counts. */
    record Keep() implements Declaration {}

    /** The job is not there: create it. */
    record Create(StoredJob job) implements Declaration {}

    /** The stored declaration is another one, or is marked as nobody's, and this instance's word counts: replace it. */
    record Replace(StoredJob job) implements Declaration {}

    /** The name is taken by another application, or the declaration does not go with the overrides. */
    record Refuse(String reason) implements Declaration {}

    /**
     * Decides for one job. Among the live instances that declare a job, the word of the one that started last counts; so
     * deployments, rollbacks and mixed versions settle without going back and forth.
     *
     * @param stored what the registry holds; null when the job is not there
     * @param myOrder the transaction id of this process's first registration
     * @param now registry time
     * @param leadTime how much later nobody can have begun anything when the declaration is there
     */
    static Declaration decide(
            JobDefinition mine,
            String application,
            long myOrder,
            @Nullable StoredJob stored,
            Collection<Instance> live,
            Instant now,
            Duration leadTime) {
        boolean overruled = live.stream()
                .filter(instance -> instance.application().equals(application))
                .filter(instance -> instance.declares().contains(mine.name()))
                .anyMatch(instance -> instance.startedOrder() > myOrder);
        if (stored == null) {
            return overruled ? new Keep() : new Create(StoredJob.declared(mine, application, now));
        }
        if (stored.isMade()) {
            return new Refuse("an operator has made a job of this name at run time: remove that one, or rename this");
        }
        Optional<Instance> rival = live.stream()
                .filter(instance -> instance.application().equals(stored.application()))
                .filter(instance -> !instance.application().equals(application))
                .filter(instance -> instance.declares().contains(mine.name()))
                .min(Comparator.comparing(Instance::id));
        if (rival.isPresent()) {
            return new Refuse("the application \"" + stored.application() + "\" declares a job of this name in the same"
                    + " namespace, and its instance " + rival.get().id()
                    + " is live: rename one of them, or give the applications namespaces of their own"
                    + " (elasticjob.namespace)");
        }
        boolean same = stored.declared().equals(mine.settings())
                && stored.application().equals(application)
                && stored.undeclaredSince() == null;
        if (same || overruled) {
            return new Keep();
        }
        try {
            return new Replace(stored.redeclared(mine, application, now, leadTime));
        } catch (IllegalArgumentException invalid) {
            return new Refuse("what is declared does not go with what an operator has set: " + invalid.getMessage());
        }
    }
}
