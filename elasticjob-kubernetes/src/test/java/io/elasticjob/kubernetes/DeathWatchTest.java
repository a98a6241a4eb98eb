package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.Instance;
import io.elasticjob.coordination.ContainerDeath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

class DeathWatchTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private final RulesServer server = new RulesServer();
    private final KubernetesClient kubelet = server.client(RulesServer.INTERNAL);

    @AfterEach
    void close() {
        kubelet.close();
        server.close();
    }

    /** A pod whose container was started again: {@code before} has terminated, {@code now} runs. */
    private static PodBuilder pod(String name, String before, String now) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(RulesServer.NAMESPACE)
                .addToLabels("app", "shop")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("application")
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .addNewContainerStatus()
                .withName("application")
                .withContainerID("containerd://" + now)
                .withNewState()
                .withNewRunning()
                .withStartedAt(NOON.toString())
                .endRunning()
                .endState()
                .withNewLastState()
                .withNewTerminated()
                .withContainerID("containerd://" + before)
                .withReason("OOMKilled")
                .withFinishedAt(NOON.toString())
                .endTerminated()
                .endLastState()
                .endContainerStatus()
                .endStatus();
    }

    private static Instance instance(String id, String pod, String container) {
        return new Instance(
                id,
                id,
                "shop",
                Map.of(DeathWatch.POD, pod, DeathWatch.CONTAINER, container),
                new Instance.Process("host", 1, 0, NOON.minusSeconds(60), ""),
                new Instance.Repertoire(Set.of(), Set.of(), Set.of()),
                Instance.Availability.UP);
    }

    @Test
    void whatAKubeletSaysOfAnEndIsAReport() {
        Pod pod = pod("shop-1", "c1", "c2")
                .editMetadata()
                .withUid("u1")
                .endMetadata()
                .build();

        assertThat(DeathWatch.reports(pod))
                .containsExactly(new ContainerDeath.Report("u1", "c1", "OOMKilled", NOON, false));
    }

    @Test
    void whatMayOutliveItsContainerIsShared() {
        Pod pod = pod("shop-1", "c1", "c2")
                .editSpec()
                .withShareProcessNamespace(true)
                .endSpec()
                .build();

        assertThat(DeathWatch.reports(pod)).allMatch(ContainerDeath.Report::isShared);
    }

    @Test
    void anEvictedPodProvesNothing() {
        Pod pod = pod("shop-1", "c1", "c2")
                .editStatus()
                .withReason("Evicted")
                .endStatus()
                .build();

        assertThat(DeathWatch.reports(pod)).isEmpty();
    }

    @Test
    void anInstanceKnowsTheContainerThatRuns() {
        Pod pod = pod("shop-1", "c1", "c2")
                .editMetadata()
                .withUid("u1")
                .endMetadata()
                .build();

        assertThat(OwnContainer.of(pod, "")).contains(Map.of(DeathWatch.POD, "u1", DeathWatch.CONTAINER, "c2"));
        assertThat(OwnContainer.of(pod, "application")).isPresent();
        assertThat(OwnContainer.of(pod, "sidecar"))
                .as("there is none of that name")
                .isEmpty();
    }

    @Test
    void whoseContainerHasTerminatedIsTakenOutAndNobodyElse() {
        Queue<String> dead = new ConcurrentLinkedQueue<>();
        String uid = kubelet.resource(pod("shop-1", "c1", "c2").build())
                .create()
                .getMetadata()
                .getUid();
        String deleted = kubelet.resource(pod("shop-2", "c8", "c9").build())
                .create()
                .getMetadata()
                .getUid();
        List<Instance> live = List.of(
                instance("killed", uid, "c1"), instance("again", uid, "c2"), instance("deleted", deleted, "c9"));
        try (DeathWatch watch = new DeathWatch(
                kubelet, RulesServer.NAMESPACE, "app=shop", () -> CompletableFuture.completedFuture(live), id -> {
                    dead.add(id);
                    return CompletableFuture.completedFuture(true);
                })) {
            kubelet.pods().inNamespace(RulesServer.NAMESPACE).withName("shop-2").delete();

            await().atMost(Duration.ofSeconds(60)).until(() -> !dead.isEmpty());
            kubelet.resource(pod("shop-3", "x", "y").build()).create(); // what was told before is looked at by then
            await().atMost(Duration.ofSeconds(60)).until(() -> dead.size() > 1);
        }
        assertThat(dead).containsOnly("killed");
    }

    /** Completed pods stay there for long, and what an instance is asked at a time is bounded. */
    @Test
    void asksOncePerPassHoweverManyPodsHaveEnded() {
        for (int i = 0; i < 50; i++) {
            kubelet.resource(pod("done-" + i, "c" + i, "d" + i).build()).create();
        }
        AtomicInteger asked = new AtomicInteger();
        Duration again = Duration.ofSeconds(2);
        try (DeathWatch watch = watch("", again, () -> {
            asked.incrementAndGet();
            return CompletableFuture.completedFuture(List.of());
        })) {
            await().atMost(Duration.ofSeconds(60)).until(() -> asked.get() > 1);

            await().during(again.multipliedBy(2))
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(asked).hasValueLessThan(20));
        }
    }

    @Test
    void podsOfArraysOfTasksAreNoneOfInstances() {
        kubelet.resource(pod("task", "c1", "c2")
                        .editMetadata()
                        .addToLabels(Marks.labels("tests"))
                        .endMetadata()
                        .build())
                .create();
        AtomicInteger asked = new AtomicInteger();
        for (String selector : List.of("", "app=shop")) {
            try (DeathWatch watch = watch(selector, Duration.ofSeconds(1), () -> {
                asked.incrementAndGet();
                return CompletableFuture.completedFuture(List.of());
            })) {
                await().during(Duration.ofSeconds(3))
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(asked).hasValue(0));
            }
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void whatCannotBeLookedAtIsToldOnceUntilItCan(CapturedOutput output) {
        String uid = kubelet.resource(pod("shop-1", "c1", "c2").build())
                .create()
                .getMetadata()
                .getUid();
        List<Instance> live = List.of(instance("killed", uid, "c1"));
        AtomicInteger asked = new AtomicInteger();
        try (DeathWatch watch = watch("app=shop", Duration.ofSeconds(1), () -> {
            int turn = asked.incrementAndGet();
            return turn < 4 || turn == 5
                    ? CompletableFuture.failedFuture(new IllegalStateException("no answer " + turn))
                    : CompletableFuture.completedFuture(live);
        })) {
            await().atMost(Duration.ofSeconds(60)).until(() -> asked.get() > 6);
        }
        assertThat(output.getAll().lines().filter(line -> line.contains("It cannot be told which instances are dead")))
                .hasSize(2)
                .anyMatch(line -> line.contains("no answer 1"))
                .anyMatch(line -> line.contains("no answer 5"));
    }

    private DeathWatch watch(
            String selector, Duration again, Supplier<CompletionStage<? extends Collection<Instance>>> live) {
        return new DeathWatch(
                kubelet, RulesServer.NAMESPACE, selector, live, id -> CompletableFuture.completedFuture(true), again);
    }
}
