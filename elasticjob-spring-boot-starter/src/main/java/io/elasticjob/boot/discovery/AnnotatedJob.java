package io.elasticjob.boot.discovery;

import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.SimpleJob;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A job that an {@code @ElasticJob} declares.
 *
 * @param origin where the annotation stands, in words: {@code bean "orders" (com.acme.Orders)}
 * @param settings those that the annotation gives
 * @param handler what it stands on; offered to other jobs under {@code name}. Null where the settings name what runs the job
 * @param takesContext whether the handler is told which shard it is to work on
 */
public record AnnotatedJob(
        String name,
        String origin,
        Map<JobKey, Setting> settings,
        @Nullable SimpleJob handler,
        boolean takesContext) {

    public AnnotatedJob {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }

    /** What it offers to other jobs as well; empty where that is declared elsewhere. */
    Optional<Handler> offered() {
        return Optional.ofNullable(handler).map(own -> new Handler(name, origin, own, takesContext));
    }
}
