package io.elasticjob.coordination;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A shard that is due and waits until limits have room. Who comes first in this order starts first, on whichever instance.
 *
 * @param priority the higher goes first
 * @param due since when
 * @param limits in how many limits it has to be counted
 */
public record Waiter(int priority, Instant due, int limits, Layout.ShardOf shard) implements Comparable<Waiter> {

    private static final String PREFIX = "wait@";
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,3})@(\\d{1,15})@(\\d{1,3})@(.+)");

    private static final Comparator<Waiter> ORDER = Comparator.comparingInt((Waiter waiter) -> -waiter.priority)
            .thenComparing(Waiter::due)
            .thenComparing(waiter -> waiter.shard.of().job())
            .thenComparing(waiter -> waiter.shard.of().life())
            .thenComparingInt(waiter -> waiter.shard.shard())
            .thenComparingInt(Waiter::limits);

    /** In the milliseconds in which it is stored. */
    public Waiter {
        due = Instant.ofEpochMilli(Math.max(0, due.toEpochMilli()));
    }

    /** Name of the node that shows others that it waits. */
    public String name() {
        return PREFIX + priority + "@" + due.toEpochMilli() + "@" + limits + "@" + shard.name();
    }

    /** Who waits by a node of this name; empty when it is no such node, or this version would not have named it so. */
    public static Optional<Waiter> named(String name) {
        Matcher parts = NAME.matcher(name);
        return parts.matches()
                ? Layout.offeredBy(parts.group(4))
                        .map(shard -> new Waiter(
                                Integer.parseInt(parts.group(1)),
                                Instant.ofEpochMilli(Long.parseLong(parts.group(2))),
                                Integer.parseInt(parts.group(3)),
                                shard))
                : Optional.empty();
    }

    @Override
    public int compareTo(Waiter other) {
        return ORDER.compare(this, other);
    }
}
