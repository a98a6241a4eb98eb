package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.test.SimulatedFireSource;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class JobEngineBuilderTest {

    private static final JobDefinition ORDERS = job("orders", "average");

    private final VirtualTime.Watch time = new VirtualTime(Instant.parse("2026-01-01T00:00:00Z")).watch(Duration.ZERO);
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time);

    @Test
    void anEngineThatIsRefusedWhenItIsBuiltLeavesNoThreadThatKeepsTheProcessAlive() throws InterruptedException {
        ThreadGroup group = new ThreadGroup("building");
        List<Throwable> refused = new CopyOnWriteArrayList<>();
        List<JobEngineBuilder> builders = List.of(
                JobEngine.builder().namespace("test"), // no registry
                complete().job(job("invoices", "avarage")),
                complete().labels(Map.of("long", "x".repeat(1_000_000))));
        Thread building = new Thread(
                group,
                () -> builders.forEach(builder -> {
                    try {
                        builder.build();
                    } catch (RuntimeException invalid) {
                        refused.add(invalid);
                    }
                }));
        building.start();
        building.join();

        assertThat(refused).hasSameSizeAs(builders);
        await().until(() -> group.activeCount() == 0);
    }

    @Test
    void theNameOfTheMachineIsTheOneThatIsGivenAndElseTheOperatingSystems() {
        try (JobEngine given = complete().host("rack-7").job(ORDERS).build();
                JobEngine found = complete().job(ORDERS).build()) {
            assertThat(given.self().host()).isEqualTo("rack-7");
            assertThat(given.self().name()).startsWith("rack-7-");
            assertThat(found.self().host()).isNotBlank().isNotEqualTo("rack-7");
        }
    }

    @Test
    void aJobThatTakesTooManyBytesIsRefusedThoughItHasFewCharacters() {
        JobDefinition job = JobDefinition.named("orders")
                .set(JobKey.HANDLER, "orders")
                .set(JobKey.JOB_PARAMETER, "\u0001".repeat(90_000))
                .build();

        assertThatThrownBy(() -> complete().job(job).build())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("makes the job too long");
    }

    private JobEngineBuilder complete() {
        return JobEngine.builder()
                .namespace("test")
                .registry(ensemble.client(Duration.ofSeconds(10)))
                .fireSource(new SimulatedFireSource(time, () -> false))
                .runner(InProcessShardRunner.platform(Map.of("orders", context -> {}, "invoices", context -> {}), 1));
    }

    private static JobDefinition job(String name, String strategy) {
        return JobDefinition.named(name)
                .every(Duration.ofHours(1))
                .set(JobKey.SHARDING_STRATEGY, strategy)
                .build();
    }
}
