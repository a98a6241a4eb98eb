package io.elasticjob.kubernetes;

import io.elasticjob.Instance;
import io.elasticjob.coordination.ContainerDeath;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows instances of which the container has terminated, as its kubelet reports, and has them taken out, so that what they ran is
 * failed over at once. A pod that is deleted, evicted, or that nobody knows anything of, proves nothing.
 *
 * @since 0.1.0
 */
public final class DeathWatch implements AutoCloseable {

    /** Label of an instance: the uid of its pod. */
    public static final String POD = "elasticjob.io/pod";

    /** Label of an instance: the id of its container, another one after each restart. */
    public static final String CONTAINER = "elasticjob.io/container";

    private static final Logger log = LoggerFactory.getLogger(DeathWatch.class);

    /** All that is known is looked at again so often: an answer may have been lost. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    /** What is reported so shortly after something else is looked at together with it. */
    private static final Duration TOGETHER = Duration.ofMillis(200);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Supplier<CompletionStage<? extends Collection<Instance>>> live;
    private final Function<String, CompletionStage<Boolean>> confirm;
    private final SharedIndexInformer<Pod> informer;
    private final ScheduledThreadPoolExecutor thread;

    /** Of which it is not known yet that no instance ran there, or whose instance is not out yet. */
    private final Set<ContainerDeath.Report> reports = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean due = new AtomicBoolean();

    // Of the thread.
    private boolean looking;
    private boolean lookAgain;
    private boolean failing;

    /** One run of one container, by which reports and instances find each other. */
    private record Place(String pod, String container) {}

    /**
     * Begins to watch.
     *
     * @param selector labels of the pods in which instances run, as {@code app=shop}; all pods of the namespace where it is "".
     *     Pods of arrays of tasks are none of them, unless it says something of {@code app.kubernetes.io/managed-by}
     * @param live the instances that are there
     * @param confirm has an instance taken out, by its id
     */
    public DeathWatch(
            KubernetesClient client,
            String namespace,
            String selector,
            Supplier<CompletionStage<? extends Collection<Instance>>> live,
            Function<String, CompletionStage<Boolean>> confirm) {
        this(client, namespace, selector, live, confirm, AGAIN);
    }

    DeathWatch(
            KubernetesClient client,
            String namespace,
            String selector,
            Supplier<CompletionStage<? extends Collection<Instance>>> live,
            Function<String, CompletionStage<Boolean>> confirm,
            Duration again) {
        this.live = live;
        this.confirm = confirm;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "elasticjob-deaths");
            made.setDaemon(true);
            return made;
        });
        this.informer = client.pods()
                .inNamespace(namespace)
                .withLabelSelector(withoutTasks(selector))
                .runnableInformer(again.toMillis());
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Pod pod) {
                note(List.of(), reports(pod));
            }

            @Override
            public void onUpdate(Pod before, Pod pod) {
                note(reports(before), reports(pod)); // also from time to time, with the same pod
            }

            @Override
            public void onDelete(Pod pod, boolean deletedFinalStateUnknown) {
                // says nothing of its containers
            }
        });
        informer.exceptionHandler((started, e) -> {
            log.warn("Pods in the namespace {} cannot be watched at present: {}", namespace, e.toString());
            return true;
        });
        informer.start();
        thread.scheduleWithFixedDelay(this::look, again.toMillis(), again.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String withoutTasks(String selector) {
        if (selector.contains(Marks.MANAGED_BY)) {
            return selector;
        }
        return (selector.isBlank() ? "" : selector + ",") + Marks.MANAGED_BY + "!=" + Marks.OURS;
    }

    /** What is new is looked at soon, the rest with the next pass. */
    private void note(Collection<ContainerDeath.Report> before, Collection<ContainerDeath.Report> now) {
        reports.addAll(now);
        if (!before.containsAll(now) && due.compareAndSet(false, true)) {
            execute(() -> thread.schedule(
                    () -> {
                        due.set(false);
                        look();
                    },
                    TOGETHER.toMillis(),
                    TimeUnit.MILLISECONDS));
        }
    }

    /** Asks once who lives, however much is reported. */
    private void look() {
        if (looking) {
            lookAgain = true;
            return;
        }
        Set<ContainerDeath.Report> reported = Set.copyOf(reports);
        if (reported.isEmpty()) {
            return;
        }
        looking = true;
        CompletableFuture<Collection<Instance>> answer = new CompletableFuture<>();
        try {
            live.get().whenComplete((instances, failed) -> {
                if (failed != null) {
                    answer.completeExceptionally(failed);
                } else {
                    answer.complete(List.copyOf(instances));
                }
            });
        } catch (RuntimeException | Error e) { // the next pass looks again
            answer.completeExceptionally(e);
        }
        answer.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((instances, failed) ->
                        execute(() -> thread.execute(() -> looked(reported, instances, failed))));
    }

    private void looked(
            Set<ContainerDeath.Report> reported, @Nullable Collection<Instance> instances, @Nullable Throwable failed) {
        looking = false;
        if (instances != null) {
            judge(reported, instances);
            if (failing) {
                failing = false;
                log.info("It can be told again which instances are dead");
            }
        } else if (!failing) {
            failing = true;
            log.warn("It cannot be told which instances are dead: {}. It is looked at again", String.valueOf(failed));
        }
        if (lookAgain) {
            lookAgain = false;
            look();
        }
    }

    private void judge(Set<ContainerDeath.Report> reported, Collection<Instance> instances) {
        Map<Place, List<ContainerDeath.Report>> byPlace =
                reported.stream().collect(Collectors.groupingBy(report -> new Place(report.pod(), report.container())));
        Set<ContainerDeath.Report> carried = new HashSet<>();
        for (Instance instance : instances) {
            ContainerDeath.Place place = place(instance);
            List<ContainerDeath.Report> ofIt =
                    byPlace.getOrDefault(new Place(place.pod(), place.container()), List.of());
            carried.addAll(ofIt);
            if (ofIt.stream().anyMatch(report -> ContainerDeath.isProven(place, report))) {
                confirm(instance);
            }
        }
        reported.stream().filter(report -> !carried.contains(report)).forEach(reports::remove);
    }

    private static void execute(Runnable scheduling) {
        try {
            scheduling.run();
        } catch (RejectedExecutionException closed) {
            // nobody is left to be told
        }
    }

    private void confirm(Instance dead) {
        confirm.apply(dead.id()).whenComplete((done, failed) -> {
            if (failed != null) {
                log.warn("{} is dead, and could not be taken out yet: {}", dead.id(), failed.toString());
            }
        });
    }

    private static ContainerDeath.Place place(Instance instance) {
        return new ContainerDeath.Place(
                instance.labels().getOrDefault(POD, ""),
                instance.labels().getOrDefault(CONTAINER, ""),
                instance.process().startedAt());
    }

    /** What the kubelet says of containers of the pod that have terminated, now and before. */
    static List<ContainerDeath.Report> reports(Pod pod) {
        if (pod.getStatus() == null || "Evicted".equals(pod.getStatus().getReason())) {
            return List.of();
        }
        boolean isShared = pod.getSpec() == null
                || Boolean.TRUE.equals(pod.getSpec().getShareProcessNamespace())
                || Boolean.TRUE.equals(pod.getSpec().getHostPID());
        List<ContainerDeath.Report> reports = new ArrayList<>();
        for (ContainerStatus status : pod.getStatus().getContainerStatuses()) {
            Stream.of(status.getState(), status.getLastState())
                    .filter(Objects::nonNull)
                    .map(state -> state.getTerminated())
                    .filter(Objects::nonNull)
                    .map(terminated -> report(pod.getMetadata().getUid(), terminated, isShared))
                    .forEach(reports::add);
        }
        return reports;
    }

    private static ContainerDeath.Report report(String pod, ContainerStateTerminated terminated, boolean isShared) {
        return new ContainerDeath.Report(
                pod,
                id(terminated.getContainerID()),
                String.valueOf(terminated.getReason()),
                instant(terminated.getFinishedAt()),
                isShared);
    }

    private static @Nullable Instant instant(@Nullable String written) {
        try {
            return written == null ? null : Instant.parse(written);
        } catch (DateTimeException unreadable) {
            return null;
        }
    }

    /** Without the name of the runtime before it. */
    static String id(@Nullable String written) {
        return written == null ? "" : written.substring(written.indexOf("://") < 0 ? 0 : written.indexOf("://") + 3);
    }

    @Override
    public void close() {
        informer.stop();
        thread.shutdownNow();
    }
}
