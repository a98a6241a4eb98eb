package io.elasticjob.kubernetes;

import io.elasticjob.Indexes;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import io.elasticjob.text.VisibleText;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a Job says about its run. */
final class JobStatuses {

    private static final int LONGEST = 500;

    private JobStatuses() {}

    /**
     * @param run that it is
     * @throws IllegalArgumentException when it says of its indexes what no version up to this one has said
     */
    static RunStatus of(Job job, RunId run) {
        JobStatus status = Objects.requireNonNullElseGet(job.getStatus(), JobStatus::new);
        Indexes succeeded = indexes(status.getCompletedIndexes());
        return new RunStatus(
                new Created(run, job.getMetadata().getUid()),
                phase(job, status),
                Objects.requireNonNullElseGet(status.getReady(), () -> number(status.getActive())),
                succeeded,
                indexes(status.getFailedIndexes()).without(succeeded),
                message(status));
    }

    /** It is not there any more. */
    static RunStatus gone(RunStatus last) {
        return new RunStatus(last.run(), Phase.GONE, 0, last.succeeded(), last.failed(), last.message());
    }

    /** The job is not there any more, but pods of it are. */
    static RunStatus leaving(Created run, int pods) {
        return new RunStatus(run, Phase.RELEASED, pods, Indexes.NONE, Indexes.NONE, "Its pods are about to end");
    }

    /** Whether nothing of it runs, and nothing will. */
    static boolean hasEnded(Job job) {
        JobStatus status = job.getStatus();
        return status != null && phase(job, status) == Phase.ENDED;
    }

    private static Phase phase(Job job, JobStatus status) {
        boolean quiet = number(status.getActive()) == 0 && number(status.getTerminating()) == 0;
        boolean suspended = Boolean.TRUE.equals(job.getSpec().getSuspend());
        if (quiet
                && conditions(status)
                        .anyMatch(each -> Set.of("Complete", "Failed").contains(each.getType()))) {
            return Phase.ENDED;
        }
        if (suspended && job.getMetadata().getDeletionTimestamp() != null) {
            return quiet ? Phase.ENDED : Phase.RELEASED;
        }
        return suspended ? Phase.SUSPENDED : Phase.RELEASED;
    }

    private static int number(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    private static Indexes indexes(@Nullable String ranges) {
        return ranges == null ? Indexes.NONE : Indexes.parse(ranges);
    }

    private static Stream<JobCondition> conditions(JobStatus status) {
        return Objects.requireNonNullElse(status.getConditions(), List.<JobCondition>of()).stream()
                .filter(each -> "True".equals(each.getStatus()));
    }

    private static String message(JobStatus status) {
        Optional<JobCondition> failure = conditions(status)
                .filter(each -> Set.of("Failed", "FailureTarget").contains(each.getType()))
                .findFirst();
        return failure.map(each -> VisibleText.of(
                        Objects.requireNonNullElse(each.getReason(), "Failed") + ": "
                                + Objects.requireNonNullElse(each.getMessage(), ""),
                        LONGEST))
                .orElse("");
    }
}
