package io.elasticjob.engine;

import io.elasticjob.JobDefinition;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Startup;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The triggers that go with the first declaration of each job by this process, where another version was declared before.
 * What is declared later, or again, starts nothing. Confined to the loop.
 */
final class Startups {

    private final Layout layout;

    /** Declared here, and not yet found in the registry, nor written there, by this process. */
    private final Set<String> first;

    /** To be created together with the declarations of this turn. */
    private final Map<String, Write> triggers = new HashMap<>();

    Startups(Layout layout, Collection<String> declared) {
        this.layout = layout;
        this.first = new HashSet<>(declared);
    }

    /** This is about to be declared over what is there. */
    void declaring(@Nullable StoredJob before, StoredJob after, JobDefinition mine, Instant registryNow) {
        triggers.remove(mine.name());
        if (first.contains(mine.name())) {
            Startup.trigger(before, after, mine, registryNow)
                    .ifPresent(trigger -> triggers.put(
                            mine.name(),
                            new Write.Create(
                                    layout.triggers(mine.name()),
                                    TriggerCodec.encode(trigger),
                                    Write.Life.SEQUENTIAL)));
        }
    }

    /** How many bytes it adds to a declaration. */
    int size(String name) {
        Write trigger = triggers.get(name);
        return trigger == null ? 0 : RequestSize.of(trigger);
    }

    /** What is created together with these declarations, after them. */
    List<Write> take(Collection<String> names) {
        return names.stream().map(triggers::remove).filter(Objects::nonNull).toList();
    }

    /** These are declared, or were found so. */
    void declared(Collection<String> names) {
        first.removeAll(names);
    }

    /** Data was lost from the registry: what is declared again was started before. */
    void dataLost() {
        first.clear();
    }
}
