package io.elasticjob.view;

import io.elasticjob.ArrayPlace;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is to be told of executions on clusters. */
final class ArrayFindings {

    private ArrayFindings() {}

    /**
     * That nobody looks after it.
     *
     * @param live ids of the live instances
     */
    static Optional<Finding> alone(ShardRecord record, Set<String> live) {
        ArrayPlace place = record.array();
        if (!(record.state() instanceof ShardState.Running runs)
                || place == null
                || place.released().isEmpty()
                || live.contains(runs.attempt().owner())) {
            return Optional.empty();
        }
        String owner = runs.attempt().owner();
        String firing = runs.attempt().firing().identity().text();
        return Optional.of(new Finding(
                Finding.Code.ARRAY_ALONE,
                owner + ", which looked after " + firing + " on the cluster " + place.cluster()
                        + ", is not among the live instances. The array goes on there. An instance that has this cluster"
                        + " takes it over within about a minute; start one if there is none",
                Map.of("instance", owner, "firing", firing, "cluster", place.cluster())));
    }
}
