package io.elasticjob.kind;

import io.elasticjob.HandlerKind;
import io.elasticjob.JobKey;
import java.util.Collection;
import java.util.List;

/**
 * Brings the key of jobs that call an HTTP target.
 *
 * @since 0.1.0
 */
public final class HttpKind implements HandlerKind {

    /** Name of the target. */
    public static final JobKey HTTP = JobKey.named("http")
            .namesHandler("HTTP target")
            .form(written -> TemplateName.read(written, "an HTTP target"))
            .documentation("Name of a target under 'elasticjob.http.targets' that the job calls. An entry with a target"
                    + " declares a further job. Instances that declare the target run it. Excludes 'handler'.")
            .build();

    @Override
    public String name() {
        return "http";
    }

    @Override
    public Collection<JobKey> keys() {
        return List.of(HTTP);
    }
}
