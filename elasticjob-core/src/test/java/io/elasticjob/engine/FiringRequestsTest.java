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
import java.lang.reflect.Proxy;
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
     * Of so many firings.
     *
     * @param steps writes of its record, those included that come too late
     * @param reads of its record
     * @param looks at the records of its shards
     * @param rings of its record, on all instances
     */
    private record Cost(int steps, int reads, int looks, int rings) {}

    private boolean isCounting;
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
                boolean isStep =
                        writes.stream().anyMatch(write -> write instanceof Write.Put && isFiring(write.path()));
                steps += isCounting && isStep ? 1 : 0;
                return super.commit(session, writes);
            }

            @Override
            public CompletionStage<Read> readAndWatch(Session session, String path) {
                reads += isCounting && isFiring(path) ? 1 : 0;
                return super.readAndWatch(session, path);
            }

            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                boolean isLook = paths.stream().anyMatch(path -> path.startsWith("/test/shards/"));
                looks += isCounting && isLook ? 1 : 0;
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
            rings += isCounting && isFiring(path) ? 1 : 0;
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
        steps = 0;
        reads = 0;
        looks = 0;
        rings = 0;
        for (int firing = 1; firing <= FIRINGS; firing++) {
            Instant fireTime = TEN.plusSeconds(10L * firing);
            world.time.passUntil(fireTime.minusSeconds(2));
            isCounting = true;
            world.time.passUntil(fireTime.plusMillis(400)); // Later the leader looks around, which no firing costs.
            isCounting = false;
        }
        assertThat(world.runs("orders")).isEqualTo(4L * (FIRINGS + 1));
        return new Cost(steps, reads, looks, rings);
    }

    @Test
    void onlyStagesThatAListenerHearsOfAreTaken() {
        assertThat(costOf(new Both(), 3)).isEqualTo(each(4, 10, 3, 10));
        assertThat(costOf(new Beginnings(), 3)).isEqualTo(each(3, 8, 3, 8));
        assertThat(costOf(new Ends(), 3)).isEqualTo(each(3, 8, 3, 8));
        assertThat(costOf(new Neither(), 3)).isEqualTo(each(2, 6, 3, 6));
    }

    /** Through a proxy, as of Spring's advice, nobody sees what the listener behind it overrides. */
    @Test
    void aProxyIsCalledBeItForNothing() {
        FiringListener proxy = (FiringListener) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {FiringListener.class}, (self, method, arguments) -> null);

        assertThat(costOf(proxy, 3)).isEqualTo(each(4, 10, 3, 10));
    }

    /** What stands in a class or an interface above counts as well. */
    @Test
    void whatIsInheritedIsHeard() {
        interface Auditing extends FiringListener {
            @Override
            default void afterFiring(End firing) {}
        }

        assertThat(costOf(new Auditing() {}, 3)).isEqualTo(each(3, 8, 3, 8));
    }

    private static Cost each(int steps, int reads, int looks, int rings) {
        return new Cost(steps * FIRINGS, reads * FIRINGS, looks * FIRINGS, rings * FIRINGS);
    }
}
