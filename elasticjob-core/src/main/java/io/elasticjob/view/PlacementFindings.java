package io.elasticjob.view;

import io.elasticjob.JobDefinition;
import io.elasticjob.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is in the way of a job's shards finding an instance. */
final class PlacementFindings {

    private PlacementFindings() {}

    static List<Finding> of(
            Situation.Instances instances, @Nullable List<Situation.Shard> shards, JobDefinition definition) {
        List<Finding> findings = new ArrayList<>();
        Placement placement = definition.placement();
        int eligible = instances.eligible();
        if (eligible == 0) {
            findings.add(new Finding(
                    Finding.Code.NO_ELIGIBLE_INSTANCE,
                    Sentences.noneEligible(instances.live().size()),
                    Map.of("instances", instances.live().size())));
        } else if (!placement.isEnough(eligible)) {
            findings.add(new Finding(
                    Finding.Code.TOO_FEW_INSTANCES,
                    Sentences.tooFewInstances(eligible, placement.minInstances()),
                    Map.of("eligible", eligible, "minInstances", placement.minInstances())));
        } else {
            noRoom(shards, placement, findings);
            starved(shards, findings);
            awayFromHome(shards, findings);
            return findings;
        }
        findings.addAll(obstacles(instances));
        return findings;
    }

    /** Why each instance may not run it that may not. */
    static List<Finding> obstacles(Situation.Instances instances) {
        List<Finding> findings = new ArrayList<>();
        instances
                .obstacles()
                .forEach((instance, why) -> findings.add(new Finding(
                        Finding.Code.INSTANCE_NOT_ELIGIBLE,
                        Sentences.notEligible(instance, why),
                        Map.of("instance", instance, "why", why))));
        return findings;
    }

    private static void starved(@Nullable List<Situation.Shard> shards, List<Finding> findings) {
        Map<String, SortedSet<Integer>> byInstance = new TreeMap<>();
        for (Situation.Shard shard : shards == null ? List.<Situation.Shard>of() : shards) {
            if (shard.starved()
                    && shard.assignee() != null
                    && shard.record().holder().isEmpty()) {
                byInstance
                        .computeIfAbsent(shard.assignee(), any -> new TreeSet<>())
                        .add(shard.item());
            }
        }
        byInstance.forEach((instance, starved) -> findings.add(new Finding(
                Finding.Code.STARVED,
                Sentences.starved(starved, instance),
                Map.of("shards", List.copyOf(starved), "instance", instance))));
    }

    private static void awayFromHome(@Nullable List<Situation.Shard> shards, List<Finding> findings) {
        Map<String, SortedSet<Integer>> byHome = new TreeMap<>();
        for (Situation.Shard shard : shards == null ? List.<Situation.Shard>of() : shards) {
            if (shard.away() != null) {
                byHome.computeIfAbsent(shard.away(), any -> new TreeSet<>()).add(shard.item());
            }
        }
        byHome.forEach((home, away) -> findings.add(new Finding(
                Finding.Code.AWAY_FROM_HOME,
                Sentences.awayFromHome(away, home),
                Map.of("shards", List.copyOf(away), "home", home))));
    }

    private static void noRoom(@Nullable List<Situation.Shard> shards, Placement placement, List<Finding> findings) {
        if (shards == null
                || placement.maxShardsPerInstance() == 0
                || shards.stream().allMatch(shard -> shard.assignee() == null)) { // nothing was assigned here
            return;
        }
        SortedSet<Integer> waiting = shards.stream()
                .filter(shard -> shard.assignee() == null)
                .map(Situation.Shard::item)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!waiting.isEmpty()) {
            findings.add(new Finding(
                    Finding.Code.NO_ROOM,
                    Sentences.noRoom(waiting, placement.maxShardsPerInstance()),
                    Map.of("shards", List.copyOf(waiting), "maxShardsPerInstance", placement.maxShardsPerInstance())));
        }
    }
}
