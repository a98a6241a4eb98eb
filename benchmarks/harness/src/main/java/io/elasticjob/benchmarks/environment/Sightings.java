package io.elasticjob.benchmarks.environment;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What an instance knew of a job, and from when on, oldest first. */
public record Sightings(List<Sighting> changes) {

    /**
     * One thing that it knew.
     *
     * @param at in microseconds since the epoch
     * @param own how many shards it would run; empty when the system cannot tell
     */
    public record Sighting(long at, int shards, OptionalInt own) {}

    public Sightings {
        changes = List.copyOf(changes);
    }

    static Sightings parse(String text) {
        List<Sighting> changes = new ArrayList<>();
        for (String change : text.isEmpty() ? new String[0] : text.split(",")) {
            String[] parts = change.split(":", -1);
            changes.add(new Sighting(
                    Long.parseLong(parts[0]),
                    Integer.parseInt(parts[1]),
                    parts[2].isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(parts[2]))));
        }
        return new Sightings(changes);
    }

    /** When it first knew of this number of shards. */
    public OptionalLong firstWith(int shards) {
        return changes.stream()
                .filter(change -> change.shards() == shards)
                .mapToLong(Sighting::at)
                .findFirst();
    }

    /** How many shards it would run, as it knew at that moment; 0 when it knew nothing. */
    int ownAt(long micros) {
        return changes.stream()
                .filter(change -> change.at() <= micros)
                .reduce((earlier, later) -> later)
                .map(change -> change.own().orElse(0))
                .orElse(0);
    }

    /** Whether the system tells which shards are an instance's own. */
    private boolean tellsOwn() {
        return changes.stream().allMatch(change -> change.own().isPresent());
    }

    /**
     * From when on the shards of a job are all somebody's and nobody's twice, by what each instance itself knows, after an
     * event and for good; empty when that never came, or the system does not tell.
     */
    public static OptionalLong settled(List<Sightings> ofAll, int shards, long event) {
        if (!ofAll.stream().allMatch(Sightings::tellsOwn)) {
            return OptionalLong.empty();
        }
        List<Long> moments = new ArrayList<>(List.of(event));
        ofAll.forEach(one -> one.changes().stream()
                .map(Sighting::at)
                .filter(at -> at > event)
                .forEach(moments::add));
        OptionalLong settled = OptionalLong.empty();
        for (long moment : moments.stream().sorted().toList()) {
            int held = ofAll.stream().mapToInt(one -> one.ownAt(moment)).sum();
            boolean all = ofAll.stream().allMatch(one -> one.ownAt(moment) > 0);
            if (held != shards || !all) {
                settled = OptionalLong.empty();
            } else if (settled.isEmpty()) {
                settled = OptionalLong.of(moment);
            }
        }
        return settled;
    }
}
