package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.engine.JobEngine;
import io.elasticjob.registry.RegistryLocation;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.NamespaceChanges;
import io.elasticjob.view.NamespaceView;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the endpoint asks for: the namespace as an instance sees it. Any instance will do. */
public interface NamespaceReader {

    /** As {@link JobEngine#namespace()}. */
    CompletionStage<NamespaceView> namespace();

    /** As {@link JobEngine#job(String)}. */
    CompletionStage<Optional<JobDetail>> job(String name);

    /** As {@link JobEngine#changes(long)}. */
    CompletionStage<NamespaceChanges> changes(long after);

    /** As {@link JobEngine#strategies()}. */
    StrategyCatalog strategies();

    /** As {@link JobEngine#registryLocation()}; empty where that is not known. */
    default Optional<RegistryLocation> registry() {
        return Optional.empty();
    }

    static NamespaceReader of(JobEngine engine) {
        return new NamespaceReader() {
            @Override
            public Optional<RegistryLocation> registry() {
                return Optional.of(engine.registryLocation());
            }

            @Override
            public CompletionStage<NamespaceView> namespace() {
                return engine.namespace();
            }

            @Override
            public CompletionStage<Optional<JobDetail>> job(String name) {
                return engine.job(name);
            }

            @Override
            public CompletionStage<NamespaceChanges> changes(long after) {
                return engine.changes(after);
            }

            @Override
            public StrategyCatalog strategies() {
                return engine.strategies();
            }
        };
    }
}
