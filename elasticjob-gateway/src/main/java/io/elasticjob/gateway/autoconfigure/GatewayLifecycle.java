package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.gateway.WorkerGateway;
import java.time.Duration;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/** Sends workers elsewhere before the web server stops to answer them. */
final class GatewayLifecycle implements SmartLifecycle, DisposableBean {

    private final WorkerGateway gateway;
    private final Duration patience;
    private volatile boolean running;

    GatewayLifecycle(WorkerGateway gateway, Duration patience) {
        this.gateway = gateway;
        this.patience = patience;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        gateway.close(patience);
    }

    @Override
    public void stop(Runnable callback) {
        Thread leaving = new Thread(
                () -> {
                    try {
                        stop();
                    } finally {
                        callback.run();
                    }
                },
                "elasticjob-gateway-shutdown");
        leaving.start();
    }

    @Override
    public void destroy() {
        if (running) {
            stop();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** As the job engine: stopped before the web server is. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
