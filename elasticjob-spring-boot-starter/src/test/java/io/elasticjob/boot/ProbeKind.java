package io.elasticjob.boot;

import io.elasticjob.HandlerKind;
import io.elasticjob.JobKey;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** A kind of handlers that only tests have. */
public final class ProbeKind implements HandlerKind {

    public static final JobKey TIMEOUT =
            JobKey.named("probeTimeout").duration(Duration.ofHours(1)).build();
    public static final JobKey VARIABLES =
            JobKey.named("probeVariables").pairs("variable", "region=eu,tier=1").build();
    public static final JobKey TOKEN = JobKey.named("probeToken").confidential().build();

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public Collection<JobKey> keys() {
        return List.of(TIMEOUT, VARIABLES, TOKEN);
    }
}
