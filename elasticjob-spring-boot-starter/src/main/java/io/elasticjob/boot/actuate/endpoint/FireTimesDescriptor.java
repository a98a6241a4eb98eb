package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.view.JobView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * When a job fires by its schedule, whether or not it is enabled.
 *
 * @param schedule null when what is stored makes no job for the answering instance
 * @param next the last of them, to ask for those that come after it; null when there are no more in the time
 */
record FireTimesDescriptor(
        @Nullable ScheduleDescriptor schedule,
        List<PreviewDescriptor.FireTime> fireTimes,
        @Nullable Instant next) implements OperationResponseBody {

    private static final int DEFAULT_SIZE = 100;

    static FireTimesDescriptor of(JobView job, OperationFields given, Instant now) {
        Instant from = given.text("from").map(at -> Given.instant("from", at)).orElse(now);
        Instant to = given.text("to").map(at -> Given.instant("to", at)).orElse(null);
        int size = PreviewDescriptor.size(given, DEFAULT_SIZE);
        JobDefinition effective = job.definition();
        if (effective == null) {
            return new FireTimesDescriptor(null, List.of(), null);
        }
        List<PreviewDescriptor.FireTime> times = PreviewDescriptor.fireTimes(effective, from, to, size);
        return new FireTimesDescriptor(
                ScheduleDescriptor.of(effective.schedule()),
                times,
                times.size() < size ? null : times.get(size - 1).at());
    }
}
