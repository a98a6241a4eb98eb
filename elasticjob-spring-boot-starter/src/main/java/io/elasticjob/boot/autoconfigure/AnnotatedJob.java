package io.elasticjob.boot.autoconfigure;

import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.SimpleJob;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A job that an {@code @ElasticJob} declares.
 *
 * @param origin where the annotation stands, in words: {@code bean "orders" (com.acme.Orders)}
 * @param settings those that the annotation gives
 * @param handler what it stands on; offered to other jobs under {@code name}
 * @param takesContext whether the handler is told which shard it is to work on
 */
record AnnotatedJob(
        String name, String origin, Map<JobKey, Setting> settings, SimpleJob handler, boolean takesContext) {

    AnnotatedJob {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }

    /** What it offers to other jobs as well. */
    Handler offered() {
        return new Handler(name, origin, handler, takesContext);
    }
}
