package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.FiringListener;
import io.elasticjob.FiringResult;
import io.elasticjob.JobOperations;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.ElasticJob;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Beans that hear of firings as wholes, in an application. */
class FiringListenersTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(LifecycleAutoConfiguration.class, ElasticJobAutoConfiguration.class))
            .withUserConfiguration(InMemoryRegistry.class)
            .withPropertyValues("spring.application.name=shop");

    static class Audit implements FiringListener {
        final Queue<String> heard = new ConcurrentLinkedQueue<>();

        @Override
        public void beforeFiring(Start firing) {
            heard.add("before " + firing.firing().text());
        }

        @Override
        public void afterFiring(End firing) {
            heard.add("after " + firing.start().firing().text() + " " + firing.result() + " " + firing.ends());
        }
    }

    @ElasticJob(shardingTotalCount = 2, firingListeners = "audit")
    static class Annotated implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {
            if (context.shardingItem() == 1) {
                throw new IllegalStateException("on purpose");
            }
        }
    }

    @Test
    void aListenerBeanHearsOfAFiringOnceBeforeAndOnceAfterAllItsShards() {
        runner.withBean("audit", Audit.class, Audit::new)
                .withBean("orders", Annotated.class, Annotated::new)
                .run(context -> {
                    Audit audit = context.getBean(Audit.class);
                    context.getBean(JobOperations.class).trigger(TriggerRequest.of("orders"));

                    await().untilAsserted(
                                    () -> assertThat(List.copyOf(audit.heard)).hasSize(2));
                    assertThat(List.copyOf(audit.heard))
                            .containsExactly(
                                    "before trigger-0",
                                    "after trigger-0 " + FiringResult.FAILED + " {FAILED=1, SUCCEEDED=1}");
                });
    }

    @Test
    void anUnknownListenerIsRefusedByKeyValueAndRule() {
        runner.withBean("audit", Audit.class, Audit::new)
                .withBean("orders", Annotated.class, Annotated::new)
                .withPropertyValues("elasticjob.jobs.orders.firing-listeners=adit")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("orders.firingListeners")
                        .hasMessageContaining("adit")
                        .hasMessageContaining("[audit]"));
    }

    @Test
    void listenersWithoutMonitoringAreRefused() {
        runner.withBean("audit", Audit.class, Audit::new)
                .withBean("orders", Annotated.class, Annotated::new)
                .withPropertyValues("elasticjob.jobs.orders.monitor-execution=false")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("needs monitorExecution=true"));
    }
}
