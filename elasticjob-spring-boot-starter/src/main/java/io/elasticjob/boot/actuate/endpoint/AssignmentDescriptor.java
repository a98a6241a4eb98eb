package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Placement;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.Candidate;
import io.elasticjob.sharding.Sharding;
import io.elasticjob.sharding.ShardingDecision;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.text.NearestName;
import io.elasticjob.view.InstanceView;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Who should run which shard, now and if instances left or joined.
 *
 * @param present shards by the id of their instance
 * @param without ids of the instances that are thought away
 * @param with ids of the instances that are thought to be there as well
 * @param then shards by the id of their instance, if it were so
 * @param moved the shards that would be somebody else's
 * @param strategyReplaced what the job's strategy did wrong, so that {@code average} would take its place; null otherwise
 */
record AssignmentDescriptor(
        String job,
        String shardingStrategy,
        int shardingTotalCount,
        Map<String, List<Integer>> present,
        List<String> without,
        List<String> with,
        Map<String, List<Integer>> then,
        List<Integer> moved,
        @Nullable String strategyReplaced)
        implements OperationResponseBody {

    private static final int MOST_NEW = 1_000;

    /** Instances that join, times shards: what a strategy may look at for one answer. */
    private static final int MOST_PAIRS = 200_000;

    /**
     * @param without ids or names of instances, with commas between; null for none
     * @param with a number of instances, or the ids of some; null for none
     */
    static AssignmentDescriptor of(
            NamespaceView namespace,
            JobView job,
            StrategyCatalog strategies,
            @Nullable String without,
            @Nullable String with) {
        JobDefinition definition = job.definition();
        if (definition == null || !strategies.names().contains(definition.shardingStrategy())) {
            throw new OperationRefusedException("The answering instance cannot use " + job.name() + ": "
                    + job.problem().orElse("it does not know its sharding strategy"));
        }
        if (job.stored().shardCount().isBroadcast()) {
            throw new OperationRefusedException("Each instance that may run " + job.name()
                    + " runs it as a whole (broadcast=true): nothing is assigned to another one when one leaves");
        }
        List<String> leaving = without == null ? List.of() : leaving(namespace, without);
        int total = job.stored().shardCount().count();
        List<String> joining = with == null ? List.of() : joining(with, total);
        TreeSet<String> eligible = new TreeSet<>(job.eligible());
        leaving.forEach(eligible::remove);
        eligible.addAll(joining);
        Assignment present = job.assignment();
        Placement placement = definition.placement();
        List<Candidate> among =
                placement.isEnough(eligible.size()) ? candidates(namespace, eligible) : List.<Candidate>of();
        ShardingDecision decision = ShardingDecision.of(
                strategies.strategy(definition.shardingStrategy()),
                Sharding.of(job.name(), total, among).withMaxShardsPerInstance(placement.maxShardsPerInstance()));
        Assignment then = decision.assignment();
        return new AssignmentDescriptor(
                job.name(),
                definition.shardingStrategy(),
                total,
                JobDescriptor.assignment(job),
                leaving,
                joining,
                byInstance(then, eligible),
                IntStream.range(0, total)
                        .filter(shard -> shard >= present.shardingTotalCount()
                                || !present.owner(shard).equals(then.owner(shard)))
                        .boxed()
                        .toList(),
                decision instanceof ShardingDecision.Replaced replaced ? replaced.reason() : null);
    }

    /** Of those that are only thought to be there no more is known than their ids. */
    private static List<Candidate> candidates(NamespaceView namespace, Collection<String> ids) {
        return ids.stream()
                .map(id -> Optional.ofNullable(namespace.instances().get(id))
                        .map(live -> Candidate.of(live.instance()))
                        .orElseGet(() -> Candidate.of(id)))
                .toList();
    }

    private static List<String> leaving(NamespaceView namespace, String written) {
        List<String> leaving = new ArrayList<>();
        for (String part : written.split(",", -1)) {
            String wanted = part.strip();
            List<String> meant = namespace.instances().values().stream()
                    .map(InstanceView::instance)
                    .filter(instance ->
                            instance.id().equals(wanted) || instance.name().equals(wanted))
                    .map(instance -> instance.id())
                    .toList();
            if (meant.isEmpty()) {
                throw OperationFields.invalid(
                        "without",
                        wanted,
                        "is neither id nor name of a live instance"
                                + NearestName.hint(
                                        wanted,
                                        namespace.instances().values().stream()
                                                .map(live -> live.instance().name())
                                                .toList()));
            }
            leaving.addAll(meant);
        }
        return leaving;
    }

    private static List<String> joining(String written, int shards) {
        int most = Math.max(1, Math.min(MOST_NEW, MOST_PAIRS / shards));
        if (written.strip().matches("\\d{1,9}")) {
            int count = Integer.parseInt(written.strip());
            if (count < 1 || count > most) {
                throw tooMany(written, most, shards);
            }
            return IntStream.rangeClosed(1, count)
                    .mapToObj("new-%04d"::formatted)
                    .toList();
        }
        List<String> ids = new ArrayList<>();
        for (String part : written.split(",", -1)) {
            ids.add(JobDefinition.checkedName("with", part.strip()));
        }
        if (ids.size() > most) {
            throw tooMany(written, most, shards);
        }
        return ids;
    }

    private static InvalidSettingException tooMany(String written, int most, int shards) {
        return OperationFields.invalid(
                "with",
                written,
                "must be a number of instances from 1 to " + most + ", or as many ids at most"
                        + (most < MOST_NEW ? ", for a job of " + shards + " shards" : ""));
    }

    private static SortedMap<String, List<Integer>> byInstance(Assignment assignment, TreeSet<String> instances) {
        SortedMap<String, List<Integer>> shards = new TreeMap<>();
        instances.forEach(instance -> shards.put(instance, new ArrayList<>()));
        for (int shard = 0; shard < assignment.shardingTotalCount(); shard++) {
            List<Integer> own = shards.get(assignment.owner(shard).orElse(""));
            if (own != null) {
                own.add(shard);
            }
        }
        return shards;
    }
}
