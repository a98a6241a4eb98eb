package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.TriggerStatus;
import io.elasticjob.coordination.Explanation;
import io.elasticjob.coordination.Finding;
import io.elasticjob.engine.EngineStatus;
import io.elasticjob.engine.JobDetail;
import io.elasticjob.engine.JobView;
import io.elasticjob.engine.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Why a job does not run, or did not at some time.
 *
 * @param at the time that was asked about; null for now
 * @param asOf registry time
 * @param findings the reasons before what they lead to
 */
record ExplanationDescriptor(String job, @Nullable Instant at, Instant asOf, List<Finding> findings)
        implements OperationResponseBody {

    /**
     * @param detail null when the records could not be read
     * @param now by the clock of the instance that answers
     */
    static ExplanationDescriptor of(
            NamespaceView namespace, JobView job, @Nullable JobDetail detail, @Nullable Instant at, Instant now) {
        EngineStatus status = namespace.status();
        Instant asOf = now.plus(Objects.requireNonNullElse(status.clockSkew(), Duration.ZERO));
        Explanation.Situation situation = new Explanation.Situation(
                job.stored(),
                job.definition(),
                job.trouble(),
                new TreeSet<>(namespace.instances().keySet()),
                job.obstacles(),
                detail == null ? null : shards(detail),
                detail == null
                        ? new TreeSet<>()
                        : detail.triggers().stream()
                                .map(TriggerStatus::number)
                                .collect(Collectors.toCollection(TreeSet::new)));
        Explanation.Observer observer = new Explanation.Observer(
                status.instanceName(),
                status.away(),
                status.clockOff(),
                status.activeExecutions() < status.slots(),
                status.drain());
        return new ExplanationDescriptor(
                job.name(),
                at,
                asOf,
                at == null
                        ? Explanation.now(situation, observer, asOf)
                        : Explanation.at(situation, observer, at, asOf));
    }

    private static List<Explanation.Shard> shards(JobDetail detail) {
        return detail.shards().stream()
                .map(shard ->
                        new Explanation.Shard(shard.shard(), shard.assignee(), shard.record(), shard.unreadable()))
                .toList();
    }
}
