package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import io.elasticjob.boot.autoconfigure.JobEngineLifecycle;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.kubernetes.autoconfigure.ElasticJobKnownDeathsAutoConfiguration;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.SystemTimekeeper;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Instances of an application that says in which container it runs, and watches the others. */
class KnownDeathsTest {

    /** In it no session ends during a test. */
    private static final Duration TICK = Duration.ofMinutes(30);

    private final SystemTimekeeper time = new SystemTimekeeper();
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time, TICK);
    private final RulesServer server = new RulesServer("known-deaths");
    private final KubernetesClient kubelet = server.client(RulesServer.INTERNAL);
    private final KubernetesClient client = server.client();

    @AfterEach
    void close() {
        assertThat(server.forbidden()).isEmpty();
        client.close();
        kubelet.close();
        server.close();
        time.close();
    }

    @ElasticJob(name = "hello", at = "2099-01-01T00:00:00Z")
    static class Hello implements SimpleJob {

        @Override
        public void execute(ShardingContext context) {}
    }

    private ApplicationContextRunner instance(String pod, MemoryRegistry registry) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LifecycleAutoConfiguration.class,
                        ElasticJobKnownDeathsAutoConfiguration.class,
                        ElasticJobAutoConfiguration.class))
                .withBean(Registry.class, () -> registry)
                .withBean(KubernetesClient.class, () -> client, definition -> definition.setDestroyMethodName(""))
                .withBean("hello", Hello.class, Hello::new)
                .withPropertyValues(
                        "spring.application.name=shop",
                        "elasticjob.kubernetes.known-deaths.enabled=true",
                        "elasticjob.kubernetes.known-deaths.pod=" + pod);
    }

    private void pod(String name) {
        kubelet.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(kubelet.getNamespace())
                        .endMetadata()
                        .withNewSpec()
                        .withHostPID(false)
                        .addNewContainer()
                        .withName("application")
                        .withImage("registry.example.org/shop:1.0")
                        .endContainer()
                        .endSpec()
                        .withNewStatus()
                        .addNewContainerStatus()
                        .withName("application")
                        .withContainerID("containerd://of-" + name)
                        .withNewState()
                        .withNewRunning()
                        .endRunning()
                        .endState()
                        .endContainerStatus()
                        .endStatus()
                        .build())
                .create();
    }

    private void terminates(String name) {
        var pod = kubelet.pods()
                .inNamespace(kubelet.getNamespace())
                .withName(name)
                .get();
        pod.getStatus()
                .getContainerStatuses()
                .get(0)
                .setState(new ContainerStateBuilder()
                        .withNewTerminated()
                        .withContainerID("containerd://of-" + name)
                        .withReason("Error")
                        .withFinishedAt(Instant.now().plusSeconds(1).toString())
                        .endTerminated()
                        .build());
        kubelet.resource(pod).patchStatus();
    }

    @Test
    void aKilledInstanceIsGoneOnceItsContainerIsToldToHaveTerminated() {
        pod("shop-1");
        pod("shop-2");
        MemoryRegistry registry = ensemble.client(TICK.multipliedBy(4));
        instance("shop-1", registry).run(killed -> {
            assertThat(engine(killed.getBean(JobEngineLifecycle.class)).self().labels())
                    .containsEntry(DeathWatch.CONTAINER, "of-shop-1")
                    .containsKey(DeathWatch.POD);
            String id = engine(killed.getBean(JobEngineLifecycle.class)).self().id();
            instance("shop-2", ensemble.client(TICK.multipliedBy(4))).run(watching -> {
                JobEngine engine = engine(watching.getBean(JobEngineLifecycle.class));
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> instances(engine).size() == 2);
                registry.link().kill(); // its session goes on for two hours

                terminates("shop-1");

                await().atMost(Duration.ofSeconds(60))
                        .until(() -> instances(engine).size() == 1
                                && !instances(engine).contains(id));
            });
        });
    }

    private static JobEngine engine(JobEngineLifecycle lifecycle) {
        return lifecycle.engine().orElseThrow();
    }

    private static Set<String> instances(JobEngine engine) {
        return engine.namespace().toCompletableFuture().join().instances().keySet();
    }

    @Test
    void aPodThatCannotBeReadCostsTheLabelsOnly() {
        assertThat(OwnContainer.labels(kubelet, kubelet.getNamespace(), "no-such-pod", "", Duration.ZERO))
                .isEqualTo(Map.of());
    }

    @Test
    void aPodHasToBeNamedWhereTheHostDoesNotSayIt() {
        instance("", ensemble.client(TICK.multipliedBy(4)))
                .withSystemProperties("HOSTNAME=")
                .run(context -> assertThat(context.getStartupFailure())
                        .isNotNull()
                        .rootCause()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining("known-deaths.pod"));
    }
}
