package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.system.JobSpec;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Registers jobs by twenties, and gives up after {@code --patience-to-register} seconds. */
final class Registering {

    private static final int AT_ONCE = 20;
    private static final int PATIENCE_SECONDS = 120;

    private Registering() {}

    /**
     * Where the first jobs already fire, they may leave no room for the rest.
     *
     * @return how many there are
     */
    static int asMany(WorkerProcess worker, int instance, JobSpec first, int wanted, Options options)
            throws IOException {
        long patience = TimeUnit.SECONDS.toMillis(options.number("patience-to-register", PATIENCE_SECONDS));
        int registered = 0;
        long took = 0;
        while (registered < wanted && took < patience) {
            int count = Math.min(AT_ONCE, wanted - registered);
            JobSpec next = new JobSpec(
                    first.index() + registered,
                    first.shards(),
                    first.when(),
                    first.periodSeconds(),
                    first.monitoring(),
                    first.failover());
            took += worker.register(instance, next, count, 0);
            registered += count;
        }
        return registered;
    }
}
