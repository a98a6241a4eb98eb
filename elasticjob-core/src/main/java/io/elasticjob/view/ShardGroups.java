package io.elasticjob.view;

import io.elasticjob.Firing;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Shards of which the same is to be said: by instance, firing and outcome. */
final class ShardGroups {

    record Key(
            String instance,
            @Nullable Firing firing,
            @Nullable String outcome) {}

    private final Map<Key, SortedSet<Integer>> items = new LinkedHashMap<>();
    private final Map<Key, Instant> since = new LinkedHashMap<>();

    void add(Situation.Shard shard, String instance, @Nullable Firing firing, @Nullable Instant begun) {
        add(shard, instance, firing, begun, null);
    }

    /** Of several instants the earliest is told. */
    void add(
            Situation.Shard shard,
            String instance,
            @Nullable Firing firing,
            @Nullable Instant begun,
            @Nullable String outcome) {
        Key key = new Key(instance, firing, outcome);
        items.computeIfAbsent(key, any -> new TreeSet<>()).add(shard.item());
        if (begun != null) {
            since.merge(key, begun, (one, other) -> one.isBefore(other) ? one : other);
        }
    }

    /** One finding a group, in the order in which they came up. */
    void tell(Finding.Code code, Function<Group, String> text, List<Finding> findings) {
        items.forEach((key, shards) -> {
            Group group = new Group(key, shards, since.get(key));
            findings.add(new Finding(code, text.apply(group), group.fields()));
        });
    }

    /** What is to be said of some shards. */
    record Group(
            Key key, SortedSet<Integer> items, @Nullable Instant begun) {

        String shards() {
            return (items.size() == 1 ? "Shard " : "Shards ")
                    + String.join(", ", items.stream().map(String::valueOf).toList());
        }

        String instance() {
            return key.instance();
        }

        String firing() {
            return key.firing() == null
                    ? "an unknown firing"
                    : key.firing().identity().text();
        }

        String outcome() {
            return String.valueOf(key.outcome());
        }

        String since() {
            return String.valueOf(begun);
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("shards", List.copyOf(items));
            if (!key.instance().isEmpty()) {
                fields.put("instance", key.instance());
            }
            if (key.firing() != null) {
                fields.put("firing", key.firing().identity().text());
            }
            if (key.outcome() != null) {
                fields.put("outcome", key.outcome());
            }
            if (begun != null) {
                fields.put("since", begun);
            }
            return fields;
        }
    }
}
