package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.registry.RegistryLocation;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The state of a whole namespace, as far as it can be given away: parameters of jobs and shards are masked. What an
 * execution failed with, and why operators did something, is shown as it is.
 *
 * @param takenAt by the clock of the instance that answers
 * @param jobs by name; {@link SnapshotReader} says how many at most
 */
record SnapshotDescriptor(
        Instant takenAt,
        Completeness completeness,
        NamespaceDescriptor namespace,
        List<InstanceDescriptor> instances,
        List<JobDetailDescriptor> jobs)
        implements OperationResponseBody {

    /** An application without jobs has nothing to show. */
    static SnapshotDescriptor none(Instant now) {
        return new SnapshotDescriptor(
                now, new Completeness(0, 0, 0, null), NamespaceDescriptor.NONE, List.of(), List.of());
    }

    /**
     * What is missing.
     *
     * @param jobs how many there are
     * @param jobsLeftOut how many of them are not in the document, because there are too many
     * @param jobsWithoutRecords of how many that are in the document shards and triggers are missing
     * @param why they are; null when none is
     */
    record Completeness(
            int jobs,
            int jobsLeftOut,
            int jobsWithoutRecords,
            @Nullable String why) {}

    /**
     * @param shown jobs that are to be shown
     * @param records of some of them
     * @param why those of the others are missing
     * @param registry which one the instance that answers uses
     */
    static SnapshotDescriptor of(
            NamespaceView view,
            List<JobView> shown,
            Map<String, JobDetail> records,
            @Nullable String why,
            Optional<RegistryLocation> registry,
            Instant now) {
        int missing = (int)
                shown.stream().filter(job -> !records.containsKey(job.name())).count();
        return new SnapshotDescriptor(
                now,
                new Completeness(
                        view.jobs().size(), view.jobs().size() - shown.size(), missing, missing == 0 ? null : why),
                NamespaceDescriptor.of(view, registry),
                view.instances().values().stream()
                        .map(instance -> InstanceDescriptor.of(instance, view))
                        .toList(),
                shown.stream()
                        .map(job -> records.getOrDefault(job.name(), new JobDetail(job, List.of())))
                        .map(detail -> masked(JobDetailDescriptor.of(detail, now)))
                        .toList());
    }

    static JobDetailDescriptor masked(JobDetailDescriptor job) {
        return Masked.always().of(job);
    }
}
