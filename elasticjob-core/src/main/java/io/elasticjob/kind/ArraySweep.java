package io.elasticjob.kind;

import io.elasticjob.ExecutionId;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what is on a cluster and what no record says to run: what somebody created who had lost its claim, or whose job was
 * removed. The cluster lists first, then the records are read, caught up: what is created after that is not on the list. On the
 * runner's thread.
 */
final class ArraySweep {

    static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration BETWEEN = Duration.ofSeconds(60);
    private static final int AT_ONCE = 100;

    private static final Logger log = LoggerFactory.getLogger(ArraySweep.class);

    private final String namespace;
    private final Cluster cluster;
    private final ShardRunner.Listener engine;
    private final Timekeeper time;
    private final Predicate<RunId> isRunningHere;
    /** What the cluster was told to forget, and still has. */
    private final Set<Created> forgotten = new HashSet<>();

    ArraySweep(
            String namespace,
            Cluster cluster,
            ShardRunner.Listener engine,
            Timekeeper time,
            Predicate<RunId> isRunningHere) {
        this.namespace = namespace;
        this.cluster = cluster;
        this.engine = engine;
        this.time = time;
        this.isRunningHere = isRunningHere;
    }

    void sweep() {
        time.after(BETWEEN, this::sweep); // first of all: whatever fails here, there is a next time
        Asked.of(() -> cluster.list(namespace))
                .whenComplete((there, failed) -> time.execute(() -> {
                    if (failed == null && there != null) {
                        lookAt(there);
                    }
                }));
    }

    /** Those that may run first; what the cluster was told to forget is left to it. */
    private void lookAt(List<RunStatus> there) {
        forgotten.retainAll(there.stream().map(RunStatus::run).toList());
        look(there.stream()
                .filter(status -> !isRunningHere.test(status.run().run()) && !forgotten.contains(status.run()))
                .sorted(Comparator.comparing(status -> status.phase() == Phase.ENDED))
                .limit(AT_ONCE)
                .toList());
    }

    private void look(List<RunStatus> there) {
        Map<ExecutionId, RunStatus> asked = new LinkedHashMap<>();
        there.forEach(status -> asked.put(execution(status.run().run()), status));
        adopt(asked.keySet());
        engine.running(asked.keySet())
                .whenComplete((running, failed) -> time.execute(() -> {
                    if (failed == null) {
                        asked.forEach((id, status) -> {
                            if (!running.contains(id)) {
                                end(status);
                            }
                        });
                    }
                }));
    }

    /** What runs here and has nobody to look after it may be of a shard whose instance does not have this cluster. */
    private void adopt(Set<ExecutionId> there) {
        engine.abandoned(cluster.name(), there)
                .whenComplete((abandoned, failed) -> time.execute(() -> {
                    if (failed == null) {
                        abandoned.forEach(engine::adopt);
                    }
                }));
    }

    private void end(RunStatus status) {
        if (status.phase() == Phase.ENDED) {
            Asked.of(() -> cluster.forget(status.run(), ArrayExecution.KEEP))
                    .thenAccept(done -> time.execute(() -> forgotten.add(status.run())));
        } else {
            log.warn("{} on the cluster {} is no execution that runs: it is cancelled", status.run(), cluster.name());
            Asked.of(() -> cluster.cancel(status.run()));
        }
    }

    private static ExecutionId execution(RunId run) {
        return new ExecutionId(run.job(), run.life(), run.firing(), 0, run.attempt());
    }
}
