package io.elasticjob.engine;

import io.elasticjob.coordination.Declaration;
import io.elasticjob.coordination.StoredJob;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that are declared here and are another application's, of which nobody declares them: how long that has been so while
 * this instance was looking. Confined to the loop.
 */
final class OwnersAway {

    private final String application;
    private final Roster roster;
    private final Outbox outbox;
    private final Consumer<String> lookAgain;

    private final Map<String, Sighting> away = new LinkedHashMap<>();
    private final Set<String> awaited = new HashSet<>();

    /** @param lookAgain told the name of a job of which it may have been so for long enough by now */
    OwnersAway(String application, Roster roster, Outbox outbox, Consumer<String> lookAgain) {
        this.application = application;
        this.roster = roster;
        this.outbox = outbox;
        this.lookAgain = lookAgain;
    }

    /** The connection is lost: nobody is looking. */
    void pause() {
        away.values().forEach(sighting -> sighting.pause(outbox.nanos()));
    }

    /** What is known of the application to which the job belongs, by what this instance has seen. */
    Declaration.Owner of(@Nullable StoredJob stored) {
        if (stored == null) {
            return Declaration.Owner.EXPECTED;
        }
        String name = stored.name();
        if (stored.application().equals(application)
                || roster.standing(name, stored.application()).mayRun()) {
            away.remove(name);
            return Declaration.Owner.EXPECTED;
        }
        Sighting sighting = away.computeIfAbsent(name, any -> new Sighting());
        Duration left = Declaration.ABSENCE.minus(sighting.seen(outbox.nanos()));
        if (left.isNegative() || left.isZero()) {
            return Declaration.Owner.GONE;
        }
        if (awaited.add(name)) {
            outbox.alarm(left, () -> {
                awaited.remove(name);
                lookAgain.accept(name);
            });
        }
        return Declaration.Owner.EXPECTED;
    }
}
