package io.elasticjob.kubernetes;

import io.elasticjob.spi.RunStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how Jobs change, by one informer for all of them: it lists them once, watches from there on, and begins anew when the
 * connection was away. What it knows is told again from time to time.
 */
final class JobWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JobWatch.class);

    private static final Duration AGAIN = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final KubernetesClient client;
    private final String namespace;
    private final Calls calls;
    private final Pods pods;
    private final Map<String, Consumer<RunStatus>> listeners = new ConcurrentHashMap<>();
    private final ExecutorService telling = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "elasticjob-kubernetes-watch");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable SharedIndexInformer<Job> informer;

    JobWatch(KubernetesClient client, String namespace, Calls calls, Pods pods) {
        this.client = client;
        this.namespace = namespace;
        this.calls = calls;
        this.pods = pods;
    }

    /** Once for each namespace of ElasticJob. */
    synchronized void add(String jobs, Consumer<RunStatus> changes) {
        listeners.put(jobs, changes);
        SharedIndexInformer<Job> there = informer;
        if (there != null) {
            there.getStore().list().forEach(this::changed);
            return;
        }
        SharedIndexInformer<Job> begun = client.batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabel(Marks.MANAGED_BY, Marks.OURS)
                .runnableInformer(AGAIN.toMillis());
        begun.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Job job) {
                changed(job);
            }

            @Override
            public void onUpdate(Job before, Job job) {
                changed(job);
            }

            @Override
            public void onDelete(Job job, boolean deletedFinalStateUnknown) {
                KubernetesCluster.readable(job).ifPresent(JobWatch.this::gone);
            }
        });
        begun.exceptionHandler((started, e) -> {
            log.warn(
                    "Jobs of Kubernetes in the namespace {} cannot be watched at present: {}", namespace, e.toString());
            return true;
        });
        informer = begun;
        begun.start();
    }

    private void changed(Job job) {
        KubernetesCluster.readable(job).ifPresent(this::tell);
    }

    /** Told once no pod of it is left: who deletes it from outside may leave pods behind for a while. */
    private void gone(RunStatus last) {
        calls.ask(() -> pods.unfinished(Pods.OF_JOB, last.run().identity())).whenComplete((left, failure) -> {
            if (failure == null && left.isEmpty()) {
                tell(JobStatuses.gone(last));
            } else {
                calls.later(PAUSE, () -> gone(last));
            }
        });
    }

    private void tell(RunStatus status) {
        Consumer<RunStatus> listener = listeners.get(status.run().run().namespace());
        if (listener == null) {
            return;
        }
        try {
            telling.execute(() -> listener.accept(status));
        } catch (RejectedExecutionException closed) {
            // nobody is left to be told
        }
    }

    @Override
    public synchronized void close() {
        if (informer != null) {
            informer.stop();
        }
        telling.shutdownNow();
    }
}
