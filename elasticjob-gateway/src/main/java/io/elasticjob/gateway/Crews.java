package io.elasticjob.gateway;

import io.elasticjob.Cancellation;
import io.elasticjob.gateway.wire.ProblemException;
import io.elasticjob.spi.ShardRunner.Order;
import io.elasticjob.spi.Timekeeper;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The crews of a gateway, each with an engine of its own from its first worker to its last. Confined to the loop. */
final class Crews {

    private static final Logger log = LoggerFactory.getLogger(Crews.class);

    /** What the engines of crews ask for. */
    interface Work {

        void started(Crew crew, Order order);

        void cancelled(Crew crew, Order order, Cancellation why);

        void resumed(Crew crew, Order order);
    }

    private final Timekeeper time;
    private final Outside outside;
    private final int most;
    private final Work work;
    private final Map<CrewKey, Crew> all = new LinkedHashMap<>();

    Crews(Timekeeper time, Outside outside, int most, Work work) {
        this.time = time;
        this.outside = outside;
        this.most = most;
        this.work = work;
    }

    Collection<Crew> all() {
        return List.copyOf(all.values());
    }

    /**
     * The crew, which is made if it is not there; its engine may come later.
     *
     * @throws ProblemException when there are as many as may be
     */
    Crew obtain(CrewKey key) {
        Crew there = all.get(key);
        if (there != null) {
            return there;
        }
        if (all.size() >= most) {
            throw ProblemException.tooMany("crews", most, 30);
        }
        Crew[] made = new Crew[1];
        made[0] = new Crew(key, new CrewRunner.Taker() {
            @Override
            public void start(Order order) {
                work.started(made[0], order);
            }

            @Override
            public void cancel(Order order, Cancellation why) {
                work.cancelled(made[0], order, why);
            }

            @Override
            public void resume(Order order) {
                work.resumed(made[0], order);
            }

            @Override
            public void kept(Order order) {
                made[0].given(order).ifPresent(Given::kept);
            }

            @Override
            public void release(Order order) {
                Takeover.release(made[0], order);
            }
        });
        all.put(key, made[0]);
        begin(made[0]);
        return made[0];
    }

    private void begin(Crew crew) {
        outside.engines()
                .start(crew.key, crew.runner)
                .whenComplete((engine, failed) -> time.execute(() -> {
                    if (engine == null) {
                        log.error("The part of crew {} in the namespace could not be made", crew.key.name(), failed);
                        all.remove(crew.key, crew);
                    }
                    crew.engine(engine);
                    if (engine != null && crew.workers.isEmpty()) {
                        disband(crew);
                    }
                }));
    }

    /** Its last worker has gone. */
    void disband(Crew crew) {
        all.remove(crew.key, crew);
        List<Given> left = List.copyOf(crew.ready);
        crew.ready.clear();
        left.forEach(Given::notBegun);
        crew.engine().drain();
        outside.closing().accept(crew.engine());
    }
}
