package io.elasticjob.boot.migration;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What two schedulers ran of one job, as its code saw it. */
final class Firings {

    /** One shard of one firing. */
    record Ran(Instant fireTime, int shard, boolean here) {}

    private final List<Ran> all = new ArrayList<>();

    synchronized void add(Ran ran) {
        all.add(ran);
    }

    /** In the order of their fire times. */
    synchronized List<Ran> all() {
        return all.stream()
                .sorted(Comparator.comparing(Ran::fireTime).thenComparing(Ran::shard))
                .toList();
    }

    List<Ran> here() {
        return all().stream().filter(Ran::here).toList();
    }

    List<Ran> there() {
        return all().stream().filter(ran -> !ran.here()).toList();
    }

    /** How often the old scheduler ran this firing. */
    long ranThere(Instant fireTime) {
        return there().stream().filter(ran -> ran.fireTime().equals(fireTime)).count();
    }
}
