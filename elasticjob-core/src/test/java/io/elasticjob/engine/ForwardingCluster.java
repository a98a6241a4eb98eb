package io.elasticjob.engine;

import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Offers what one cluster has, and asks another one. */
record ForwardingCluster(Cluster offering, Cluster asked) implements Cluster {

    @Override
    public String name() {
        return offering.name();
    }

    @Override
    public Set<Ability> abilities() {
        return offering.abilities();
    }

    @Override
    public Set<String> templates() {
        return offering.templates();
    }

    @Override
    public CompletionStage<Created> prepare(ArrayRun run) {
        return asked.prepare(run);
    }

    @Override
    public CompletionStage<Void> release(Created run) {
        return asked.release(run);
    }

    @Override
    public CompletionStage<Optional<RunStatus>> find(RunId run) {
        return asked.find(run);
    }

    @Override
    public CompletionStage<List<RunStatus>> list(String namespace) {
        return asked.list(namespace);
    }

    @Override
    public void watch(String namespace, Consumer<RunStatus> changes) {
        asked.watch(namespace, changes);
    }

    @Override
    public CompletionStage<Void> cancel(Created run) {
        return asked.cancel(run);
    }

    @Override
    public CompletionStage<Void> forget(Created run, Duration keep) {
        return asked.forget(run, keep);
    }

    @Override
    public CompletionStage<String> log(Created run, int index, int bytes) {
        return asked.log(run, index, bytes);
    }

    @Override
    public void close() {
        asked.close();
    }
}
