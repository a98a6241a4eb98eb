package io.elasticjob.sharding;

import io.elasticjob.text.NearestName;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The sharding strategies that a job can name: {@code average}, {@code odevity}, {@code round-robin}, {@code static},
 * {@code sticky} and the user's own. Immutable.
 *
 * <p>What the built-in ones answer is wire format: instances of different versions agree on it, so it never changes.
 */
public final class StrategyCatalog {

    private static final StrategyCatalog BUILT_IN = new StrategyCatalog(new TreeMap<>(Map.of(
            "average", new AverageStrategy(),
            "odevity", new OdevityStrategy(),
            "round-robin", new RoundRobinStrategy(),
            "static", new StaticStrategy(),
            "sticky", new StickyStrategy())));

    private final TreeMap<String, ShardingStrategy> strategies;

    private StrategyCatalog(TreeMap<String, ShardingStrategy> strategies) {
        this.strategies = strategies;
    }

    /** The catalog of the built-in strategies alone. */
    public static StrategyCatalog builtIn() {
        return BUILT_IN;
    }

    /**
     * This catalog and one strategy more.
     *
     * @throws IllegalArgumentException if the name is blank or taken
     */
    public StrategyCatalog with(String name, ShardingStrategy strategy) {
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "shardingStrategy: a strategy needs a name, \"%s\" is none".formatted(name));
        }
        var more = new TreeMap<>(strategies);
        if (more.putIfAbsent(name, strategy) != null) {
            throw new IllegalArgumentException(
                    "shardingStrategy: \"%s\" is the name of another strategy; choose one besides %s"
                            .formatted(name, listed()));
        }
        return new StrategyCatalog(more);
    }

    /** The names that {@link #strategy(String)} knows, in ascending order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(strategies.keySet());
    }

    /**
     * The strategy of exactly this name.
     *
     * @throws IllegalArgumentException if there is none; the message names the nearest one, if one is near, and all
     */
    public ShardingStrategy strategy(String name) {
        ShardingStrategy strategy = strategies.get(name);
        if (strategy == null) {
            String nearest = NearestName.to(name, strategies.keySet())
                    .map(" Did you mean \"%s\"?"::formatted)
                    .orElse("");
            throw new IllegalArgumentException("shardingStrategy: \"%s\" is not a sharding strategy; it is one of %s.%s"
                    .formatted(name, listed(), nearest));
        }
        return strategy;
    }

    private String listed() {
        return String.join(", ", strategies.keySet());
    }
}
