package io.elasticjob.gateway;

import io.elasticjob.spi.ShardRunner.Order;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Workers that offer the same, and what their engine has started and nobody was given yet. Confined to the loop. */
final class Crew {

    final CrewKey key;
    final CrewRunner runner;

    /** Those that live. */
    final Set<Worker> workers = new LinkedHashSet<>();

    /** In the order in which the engine has started them. */
    final Queue<Given> ready = new ArrayDeque<>();

    private final List<Runnable> waiting = new ArrayList<>();

    private @Nullable CrewEngine engine;
    private boolean wasConnected;

    Crew(CrewKey key, CrewRunner.Taker taker) {
        this.key = key;
        this.runner = new CrewRunner(key.handlers(), taker);
    }

    /** Has something done once its engine is started; at once when it is. */
    void whenReady(Runnable then) {
        if (engine == null) {
            waiting.add(then);
        } else {
            then.run();
        }
    }

    /** @param started null when there will be none */
    void engine(@Nullable CrewEngine started) {
        engine = started;
        List<Runnable> next = List.copyOf(waiting);
        waiting.clear();
        next.forEach(Runnable::run);
    }

    boolean isReady() {
        return engine != null;
    }

    CrewEngine engine() {
        CrewEngine started = engine;
        if (started == null) {
            throw new IllegalStateException("The engine of " + key.name() + " is not made yet");
        }
        return started;
    }

    /** Its engine has claimed something: so it takes part in the namespace. */
    void hasClaimed() {
        wasConnected = true;
    }

    /** Whether it took part in the namespace, and does not any more. */
    boolean isCutOff() {
        boolean isConnected = engine().isConnected();
        wasConnected |= isConnected;
        return wasConnected && !isConnected;
    }

    /** What of it was started and did not end, be it given to a worker. */
    Optional<Given> given(Order order) {
        return Stream.concat(ready.stream(), workers.stream().flatMap(worker -> worker.given().stream()))
                .filter(one -> one.order == order)
                .findFirst();
    }

    void recount() {
        runner.slots(workers.stream().mapToInt(worker -> worker.request.slots()).sum());
    }
}
