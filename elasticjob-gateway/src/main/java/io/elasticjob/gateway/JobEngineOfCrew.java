package io.elasticjob.gateway;

import io.elasticjob.engine.JobEngine;
import io.elasticjob.view.SessionProof;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A crew's part in the namespace by a job engine of its own. */
class JobEngineOfCrew implements CrewEngine {

    private final JobEngine engine;
    private volatile @Nullable Proof proof;
    private volatile boolean draining;

    JobEngineOfCrew(JobEngine engine) {
        this.engine = engine;
    }

    @Override
    public boolean isConnected() {
        return engine.status().isConnected();
    }

    @Override
    public String instance() {
        return Objects.requireNonNullElse(engine.status().contact().instance(), "");
    }

    @Override
    public Optional<Proof> proof() {
        return Optional.ofNullable(proof);
    }

    @Override
    public CompletionStage<?> prove() {
        return engine.prove().thenAccept(this::proven);
    }

    /** What was asked later says more. */
    private synchronized void proven(SessionProof told) {
        Proof before = proof;
        if (before == null || told.nanos() - before.nanos() > 0) {
            proof = new Proof(told.nanos(), told.timeout());
        }
    }

    @Override
    public boolean isDraining() {
        return draining || engine.status().intake().isDraining();
    }

    @Override
    public CompletionStage<Void> drain() {
        draining = true;
        return engine.drain();
    }

    @Override
    public void close(Duration patience) {
        engine.close(patience);
    }
}
