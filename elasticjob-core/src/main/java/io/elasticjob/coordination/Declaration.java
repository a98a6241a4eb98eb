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
     * Who declares.
     *
     * @param id of the instance
     * @param order the transaction id of its process's first registration; after a loss of data another instance may have the
     *     same, and then the higher id counts as the younger one
     */
    record Declarer(String application, String id, long order) {

        private boolean isOverruledBy(Instance other) {
            return other.startedOrder() > order
                    || (other.startedOrder() == order && other.id().compareTo(id) > 0);
        }
    }

    /** What this instance knows of the application to which a job belongs. */
    enum Owner {
        /** It may come back, or is here. */
        EXPECTED,
        /** This instance has seen for {@link #ABSENCE} that nobody of that application declares the job. */
        GONE
    }

    /**
     * How long an instance must have seen that nobody of the application that a job belongs to declares it, before the job is
     * taken by another application that does.
     */
    Duration ABSENCE = Duration.ofDays(1);

    /**
     * Decides for one job. A job belongs to the application that is stored with it, until an operator transfers it, or until
     * this instance has seen for {@link #ABSENCE} that nobody of that application declares it: a restart of its only instance
     * does not cost it its job. Among the live instances that declare a job, the word of the one that started last counts; so
     * deployments, rollbacks and mixed versions settle without going back and forth.
     *
     * @param stored what the registry holds; null when the job is not there
     * @param now registry time
     * @param leadTime how much later nobody can have begun anything when the declaration is there
     */
    static Declaration decide(
            JobDefinition mine,
            Declarer me,
            @Nullable StoredJob stored,
            Collection<Instance> live,
            Owner owner,
            Instant now,
            Duration leadTime) {
        String application = me.application();
        boolean overruled = live.stream()
                .filter(instance -> instance.application().equals(application))
                .filter(instance -> instance.declares().contains(mine.name()))
                .anyMatch(me::isOverruledBy);
        if (stored == null) {
            return overruled ? new Keep() : new Create(StoredJob.declared(mine, application, now));
        }
        if (stored.isMade()) {
            return new Refuse(
                    "an operator has created a job of this name at run time: remove that one, or rename this");
        }
        Optional<Instance> rival = live.stream()
                .filter(instance -> instance.application().equals(stored.application()))
                .filter(instance -> !instance.application().equals(application))
                .filter(instance -> instance.declares().contains(mine.name()))
                .min(Comparator.comparing(Instance::id));
        if (rival.isPresent()) {
            return new Refuse("the application \"" + stored.application() + "\" declares a job of this name in the same"
                    + " namespace, and its instance " + rival.get().id()
                    + " is live: rename one of them, give the applications namespaces of their own"
                    + " (elasticjob.namespace), or transfer the job to \"" + application + "\"");
        }
        if (!stored.application().equals(application) && owner != Owner.GONE) {
            return new Refuse("the job belongs to the application \"" + stored.application() + "\", of which no live"
                    + " instance declares it at present: transfer the job to \"" + application
                    + "\", or remove it, if it"
                    + " is to be this one; it is taken over once this instance has seen that for a day");
        }
        boolean same = stored.declared().equals(mine.settings())
                && stored.application().equals(application)
                && stored.marks().undeclared() == null;
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
