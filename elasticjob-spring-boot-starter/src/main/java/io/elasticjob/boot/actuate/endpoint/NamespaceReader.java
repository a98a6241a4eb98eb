package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.engine.JobDetail;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.NamespaceView;
import io.elasticjob.sharding.StrategyCatalog;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the endpoint asks for: the namespace as an instance sees it. Any instance will do. */
public interface NamespaceReader {

    /** As {@link JobEngine#namespace()}. */
    CompletionStage<NamespaceView> namespace();

    /** As {@link JobEngine#job(String)}. */
    CompletionStage<Optional<JobDetail>> job(String name);

    /** As {@link JobEngine#strategies()}. */
    StrategyCatalog strategies();

    static NamespaceReader of(JobEngine engine) {
        return new NamespaceReader() {
            @Override
            public CompletionStage<NamespaceView> namespace() {
                return engine.namespace();
            }

            @Override
            public CompletionStage<Optional<JobDetail>> job(String name) {
                return engine.job(name);
            }

            @Override
            public StrategyCatalog strategies() {
                return engine.strategies();
            }
        };
    }
}
