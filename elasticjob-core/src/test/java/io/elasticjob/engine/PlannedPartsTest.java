package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an instance has heard late, a part of a plan runs as that part. */
class PlannedPartsTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");
    private static final Instant TWENTY = TEN.plusSeconds(10);

    private final World world = new World();
    private final List<String> parts = new ArrayList<>(List.of("hamburg"));

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders").every(Duration.ofSeconds(10)).set(JobKey.PLANNER, "cities");
    }

    private World.Process start(String name, JobDefinition job) {
        return world.startWith(
                name,
                builder -> builder.shardPlanners(Map.of("cities", request -> List.copyOf(parts)))
                        .firingListenerExecutor(Runnable::run),
                job);
    }

    private List<String> ran(Instant fireTime) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.fireTime.equals(fireTime))
                .map(entry -> entry.id.shard() + "/" + entry.context.shardingTotalCount() + " "
                        + entry.context.shardingParameter())
                .sorted()
                .toList();
    }

    /** Whether records of firings arrive late that are read from now on, after the {@link #withFiringsReadLate} registry. */
    private boolean firingsAreLate;

    private Registry withFiringsReadLate(Registry registry) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Read> readAndWatch(Session session, String path) {
                if (!firingsAreLate || !path.startsWith("/test/firings/")) {
                    return super.readAndWatch(session, path);
                }
                CompletableFuture<Read> late = new CompletableFuture<>();
                world.time.after(
                        Duration.ofSeconds(12),
                        () -> super.readAndWatch(session, path).thenAccept(late::complete));
                return late;
            }
        };
    }

    /** Which part it is, the firing that was open before does not say. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPartIsNotRunAgainByWhoStillReadsWhichFiringIsOpen(boolean hasFailed) {
        JobDefinition again = job().failover(true)
                .set(JobKey.RETRY_ATTEMPTS, "2")
                .set(JobKey.RETRY_DELAY, "4s")
                .set(JobKey.RETRY_JITTER, "0")
                .build();
        World.Process a = start("a", again);
        world.around = this::withFiringsReadLate;
        start("b", again);
        world.time.passUntil(TWENTY.minusSeconds(1));
        assertThat(ran(TEN)).containsExactly("0/1 hamburg");

        firingsAreLate = true;
        parts.clear();
        parts.addAll(List.of("berlin", "bonn"));
        a.runner.outcomes(order -> new Outcome.Failed("away"));
        a.runner.lasting(order -> hasFailed ? Duration.ofMillis(10) : Duration.ofHours(1));
        world.time.passUntil(TWENTY.plusSeconds(1));
        assertThat(ran(TWENTY)).contains("0/2 berlin");
        a.kill();
        world.time.passUntil(TWENTY.plusSeconds(30));

        assertThat(ran(TWENTY)).startsWith("0/2 berlin", "0/2 berlin").allMatch(run -> run.contains("/2 b"));
        assertThat(world.record("orders", 0).lastSucceeded()).isNotNull();
    }
}
