package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.TriggerStatus;
import io.elasticjob.coordination.SharedNames;
import io.elasticjob.view.ChainFindings;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.Explanation;
import io.elasticjob.view.Finding;
import io.elasticjob.view.InstanceView;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import io.elasticjob.view.ShardView;
import io.elasticjob.view.Situation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
        Instant asOf = now.plus(Objects.requireNonNullElse(status.clock().skew(), Duration.ZERO));
        Situation situation = new Situation(
                new Situation.Job(job.stored(), job.definition(), job.trouble(), job.standing()),
                new Situation.Instances(
                        new TreeSet<>(namespace.instances().keySet()),
                        job.obstacles(),
                        SharedNames.of(namespace.instances().values().stream()
                                .map(InstanceView::instance)
                                .toList())),
                detail == null ? null : shards(detail, namespace),
                detail == null
                        ? new TreeSet<>()
                        : detail.triggers().stream()
                                .map(TriggerStatus::number)
                                .collect(Collectors.toCollection(TreeSet::new)),
                detail == null ? List.of() : detail.limits(),
                detail == null ? null : detail.firings(),
                detail == null ? List.of() : detail.plans());
        Explanation.Observer observer = new Explanation.Observer(
                status.instanceName(),
                status.away().map(EngineStatus.Outage::since).orElse(null),
                status.clock(),
                status.executions().active() < status.executions().slots(),
                status.executions().stuck(),
                status.intake().drain());
        List<Finding> findings = new ArrayList<>(
                at == null
                        ? Explanation.now(situation, observer, asOf)
                        : Explanation.at(situation, observer, at, asOf));
        findings.addAll(ChainFindings.of(job, namespace.jobs()));
        return new ExplanationDescriptor(job.name(), at, asOf, findings);
    }

    private static List<Situation.Shard> shards(JobDetail detail, NamespaceView namespace) {
        return detail.shards().stream()
                .map(shard -> new Situation.Shard(
                        shard.shard(),
                        shard.assignee(),
                        shard.record(),
                        shard.unreadable(),
                        detail.starved().contains(shard.shard()),
                        away(shard, detail, namespace)))
                .toList();
    }

    /** The home that the shard is away from; null when it is there, or has none. */
    private static @Nullable String away(ShardView shard, JobDetail detail, NamespaceView namespace) {
        String home = detail.homes().get(shard.shard());
        InstanceView runs =
                shard.assignee() == null ? null : namespace.instances().get(shard.assignee());
        return home == null || runs == null || runs.instance().name().equals(home) ? null : home;
    }
}
