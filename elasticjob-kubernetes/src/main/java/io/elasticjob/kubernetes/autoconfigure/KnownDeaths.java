package io.elasticjob.kubernetes.autoconfigure;

import io.elasticjob.Instance;
import io.elasticjob.RegistryException;
import io.elasticjob.boot.autoconfigure.JobEngineLifecycle;
import io.elasticjob.kubernetes.DeathWatch;
import io.elasticjob.view.InstanceView;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Watches the pods of instances while the application runs. */
final class KnownDeaths implements SmartLifecycle {

    private final KubernetesClient client;
    private final String namespace;
    private final String selector;
    private final JobEngineLifecycle engines;
    private @Nullable DeathWatch watch;

    KnownDeaths(KubernetesClient client, String namespace, String selector, JobEngineLifecycle engines) {
        this.client = client;
        this.namespace = namespace;
        this.selector = selector;
        this.engines = engines;
    }

    @Override
    public synchronized void start() {
        if (watch == null) {
            watch = new DeathWatch(client, namespace, selector, this::live, this::confirm);
        }
    }

    private CompletionStage<? extends Collection<Instance>> live() {
        return engines.engine()
                .map(engine -> engine.namespace()
                        .thenApply(view -> view.instances().values().stream()
                                .map(InstanceView::instance)
                                .toList()))
                .orElseGet(KnownDeaths::none);
    }

    private CompletionStage<Boolean> confirm(String instance) {
        return engines.engine().map(engine -> engine.confirmDeath(instance)).orElseGet(KnownDeaths::none);
    }

    private static <T> CompletionStage<T> none() {
        return CompletableFuture.failedFuture(new RegistryException("This instance takes no part at present"));
    }

    @Override
    public synchronized void stop() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return watch != null;
    }
}
