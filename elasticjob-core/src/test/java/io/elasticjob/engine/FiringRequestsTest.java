package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.FiringListener;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a firing that is recorded as a whole costs beside its shards. */
class FiringRequestsTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");
    private static final int FIRINGS = 5;

    /** Hears of both. */
    private static final class Both implements FiringListener {
        @Override
        public void beforeFiring(Start firing) {}

        @Override
        public void afterFiring(End firing) {}
    }

    private static final class Beginnings implements FiringListener {
        @Override
        public void beforeFiring(Start firing) {}
    }

    private static final class Ends implements FiringListener {
        @Override
        public void afterFiring(End firing) {}
    }

    private static final class Neither implements FiringListener {}

    /**
     * Of one firing.
     *
     * @param steps writes of its record, those included that come too late
     * @param reads of its record
     * @param looks at the records of its shards
     * @param rings of its record, on all instances
     */
    private record Cost(int steps, int reads, int looks, int rings) {}

    private int steps;
    private int reads;
    private int looks;
    private int rings;

    private Registry counted(Registry registry) {
        return new PassingRegistry(registry) {
            @Override
            public void open(RegistryListener listener) {
                super.open(new Counting(listener));
            }

            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                steps +=
                        writes.stream().anyMatch(write -> write instanceof Write.Put && isFiring(write.path())) ? 1 : 0;
                return super.commit(session, writes);
            }

            @Override
            public CompletionStage<Read> readAndWatch(Session session, String path) {
                reads += isFiring(path) ? 1 : 0;
                return super.readAndWatch(session, path);
            }

            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                looks += paths.stream().anyMatch(path -> path.startsWith("/test/shards/")) ? 1 : 0;
                return super.read(session, paths);
            }
        };
    }

    private final class Counting implements RegistryListener {

        private final RegistryListener listener;

        Counting(RegistryListener listener) {
            this.listener = listener;
        }

        @Override
        public void connected(Session session) {
            listener.connected(session);
        }

        @Override
        public void suspended() {
            listener.suspended();
        }

        @Override
        public void lost(Session session) {
            listener.lost(session);
        }

        @Override
        public void changed(String path) {
            listener.changed(path);
        }

        @Override
        public void changed(String path, long transaction) {
            rings += isFiring(path) ? 1 : 0;
            listener.changed(path, transaction);
        }
    }

    private static boolean isFiring(String path) {
        return path.startsWith("/test/firings/");
    }

    private Cost costOf(FiringListener listener, int instances) {
        World world = new World();
        world.around = this::counted;
        world.latency = Duration.ofMillis(1);
        JobDefinition job = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .shards(4)
                .set(JobKey.FIRING_LISTENERS, "audit")
                .build();
        for (int instance = 0; instance < instances; instance++) {
            World.Process process = world.startWith(
                    "abcdef".substring(instance, instance + 1),
                    builder ->
                            builder.firingListeners(Map.of("audit", listener)).firingListenerExecutor(Runnable::run),
                    job);
            int own = instance;
            process.runner.lasting(order -> Duration.ofMillis(20 + 10L * own)); // one after another
        }
        world.time.passUntil(TEN.plusSeconds(5));
        steps = 0;
        reads = 0;
        looks = 0;
        rings = 0;
        world.time.passUntil(TEN.plusSeconds(10 * FIRINGS + 5));
        assertThat(world.runs("orders")).isEqualTo(4L * (FIRINGS + 1));
        return new Cost(steps / FIRINGS, reads / FIRINGS, looks / FIRINGS, rings / FIRINGS);
    }

    @Test
    void onlyStagesThatAListenerHearsOfAreTaken() {
        assertThat(costOf(new Both(), 3)).isEqualTo(new Cost(4, 10, 3, 10));
        assertThat(costOf(new Beginnings(), 3)).isEqualTo(new Cost(3, 8, 3, 8));
        assertThat(costOf(new Ends(), 3)).isEqualTo(new Cost(3, 8, 3, 8));
        assertThat(costOf(new Neither(), 3)).isEqualTo(new Cost(2, 6, 3, 6));
    }
}
