package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.coordination.SharedNames;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Tells of other live instances that bear this one's name. A process that died and came back under the same name is live
 * twice until the old session ends, so that only those are told that stay. Confined to the loop.
 */
final class Namesakes {

    private final Registration registration;
    private final Roster roster;
    private final Outbox outbox;

    private final Set<SortedSet<String>> told = new HashSet<>();

    Namesakes(Registration registration, Roster roster, Outbox outbox) {
        this.registration = registration;
        this.roster = roster;
        this.outbox = outbox;
    }

    /** The live instances were listed. */
    void listed() {
        SortedSet<String> ids = now();
        if (ids.size() > 1 && told.add(ids)) {
            Duration longerThanASession = registration
                    .usable()
                    .map(over -> over.session().timeout().multipliedBy(2))
                    .orElse(Duration.ofMinutes(1));
            outbox.alarm(longerThanASession, () -> tell(ids));
        }
    }

    private void tell(SortedSet<String> ids) {
        if (ids.equals(now())) {
            String name = roster.instance(ids.first()).map(Instance::name).orElse("");
            outbox.publish(new ElasticJobEvent.NameShared(name, ids));
        } else {
            told.remove(ids);
        }
    }

    private SortedSet<String> now() {
        String id = registration.id();
        return id == null
                ? new TreeSet<>()
                : roster.instance(id)
                        .map(self -> SharedNames.of(roster.instances()).getOrDefault(self.name(), new TreeSet<>()))
                        .orElseGet(TreeSet::new);
    }
}
