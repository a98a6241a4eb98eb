package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.view.JobView;

/** How a job stands as a whole; the reason that comes first where several hold. */
enum JobCondition {
    /** No live instance of its application declares it: it pauses. */
    UNDECLARED,
    /** The answering instance cannot use what is stored of it. */
    UNUSABLE,
    DISABLED,
    ENABLED;

    static JobCondition of(JobView job) {
        JobDefinition effective = job.definition();
        if (!job.standing().mayRun()) {
            return UNDECLARED;
        }
        if (effective == null) {
            return UNUSABLE;
        }
        return effective.enabled() ? ENABLED : DISABLED;
    }
}
