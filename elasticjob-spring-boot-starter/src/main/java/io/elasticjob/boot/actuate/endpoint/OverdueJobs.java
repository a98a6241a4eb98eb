package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Overdue;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.Triggers;
import io.elasticjob.coordination.Unattended;
import io.elasticjob.text.MalformedTextException;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Jobs of which a firing should have begun, and has not: as the leader finds them, but by whichever instance is asked. The
 * records of all jobs that a schedule fires are read for it.
 */
final class OverdueJobs {

    /** More shards than this are not read for one answer. */
    static final int MOST_SHARDS = 20_000;

    private static final int AT_ONCE = 100;
    private static final Duration NO_SESSION = Duration.ofSeconds(15);

    private OverdueJobs() {}

    /** @throws io.elasticjob.RegistryException when ZooKeeper gives no answer in time */
    static Set<String> of(NamespaceReader namespace, Instant now) {
        NamespaceView view = Answers.within(ElasticJobEndpoint.PATIENCE, namespace.namespace());
        EngineStatus status = view.status();
        Duration session = Objects.requireNonNullElse(status.contact().sessionTimeout(), NO_SESSION);
        Instant then = now.plus(Objects.requireNonNullElse(status.clock().skew(), Duration.ZERO))
                .minus(Overdue.bound(session));
        List<JobView> concerned =
                view.jobs().values().stream().filter(job -> concerns(job, then)).toList();
        int shards = concerned.stream()
                .mapToInt(job -> job.stored().shardCount().shown(then, 0).size())
                .sum();
        if (shards > MOST_SHARDS) {
            throw OperationFields.invalid(
                    "state",
                    "overdue",
                    "is found among " + MOST_SHARDS + " shards of scheduled jobs at most, and there are " + shards
                            + ": the alert FIRING_OVERDUE and the leader's health tell of it");
        }
        Set<String> overdue = new HashSet<>();
        for (int from = 0; from < concerned.size(); from += AT_ONCE) {
            List<CompletionStage<Optional<JobDetail>>> asked = new ArrayList<>();
            concerned
                    .subList(from, Math.min(concerned.size(), from + AT_ONCE))
                    .forEach(job -> asked.add(namespace.job(job.name())));
            asked.forEach(answer -> Answers.within(ElasticJobEndpoint.PATIENCE, answer)
                    .filter(detail -> isOverdue(detail, then))
                    .ifPresent(detail -> overdue.add(detail.job().name())));
        }
        return overdue;
    }

    private static boolean concerns(JobView job, Instant then) {
        JobDefinition effective = job.definition();
        return effective != null
                && Overdue.concerns(effective)
                && effective.schedule().limits().unknownCalendar().isEmpty()
                && job.standing().mayRun()
                && job.stored().since().isBefore(then);
    }

    private static boolean isOverdue(JobDetail detail, Instant then) {
        JobView job = detail.job();
        JobDefinition effective = job.definition();
        if (effective == null || !concerns(job, then)) {
            return false;
        }
        try {
            return isOverdue(detail, effective, then);
        } catch (MalformedTextException failed) {
            return false; // its calendar fails, which is told with the job
        }
    }

    private static boolean isOverdue(JobDetail detail, JobDefinition effective, Instant then) {
        JobView job = detail.job();
        ShardStep.Job seen = new ShardStep.Job(
                effective,
                job.stored().since(),
                job.stored().shardCount(),
                job.stored().switches(),
                Triggers.of(List.of()),
                effective.schedule().latest(then).orElse(null),
                Unattended.NEVER);
        return detail.shards().stream()
                .filter(shard -> shard.unreadable() == null)
                .filter(shard -> !ProcessShards.isOne(shard.shard()) || shard.assignee() != null)
                .anyMatch(shard ->
                        Overdue.of(seen, shard.shard(), shard.record(), then).isPresent());
    }
}
