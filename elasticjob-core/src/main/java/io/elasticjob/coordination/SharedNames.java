package io.elasticjob.coordination;

import io.elasticjob.Instance;
import java.util.Collection;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Names that several live instances bear. */
public final class SharedNames {

    private SharedNames() {}

    /** Ids of the instances by such a name; without those of one process, which is there twice while its session changes. */
    public static SortedMap<String, SortedSet<String>> of(Collection<Instance> live) {
        SortedMap<String, SortedSet<String>> ids = new TreeMap<>();
        SortedMap<String, SortedSet<String>> processes = new TreeMap<>();
        for (Instance instance : live) {
            ids.computeIfAbsent(instance.name(), any -> new TreeSet<>()).add(instance.id());
            processes
                    .computeIfAbsent(instance.name(), any -> new TreeSet<>())
                    .add(instance.host() + " " + instance.process().pid() + " "
                            + instance.process().startedAt());
        }
        ids.keySet()
                .removeIf(name -> processes.getOrDefault(name, new TreeSet<>()).size() < 2);
        return ids;
    }
}
