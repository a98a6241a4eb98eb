package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.boot.actuate.endpoint.WorkersReader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Whether the loop of the gateway turns, which all its crews share; and how many workers it has. */
final class GatewayHealthIndicator implements HealthIndicator {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final WorkersReader gateway;
    private final Duration patience;

    GatewayHealthIndicator(WorkersReader gateway) {
        this(gateway, PATIENCE);
    }

    GatewayHealthIndicator(WorkersReader gateway, Duration patience) {
        this.gateway = gateway;
        this.patience = patience;
    }

    @Override
    public Health health() {
        try {
            List<WorkersReader.Attached> workers =
                    gateway.workers().toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return Health.up()
                    .withDetail("workers", workers.size())
                    .withDetail(
                            "crews",
                            workers.stream()
                                    .map(WorkersReader.Attached::instance)
                                    .distinct()
                                    .count())
                    .withDetail(
                            "slots",
                            workers.stream()
                                    .mapToInt(WorkersReader.Attached::slots)
                                    .sum())
                    .withDetail(
                            "executions",
                            workers.stream()
                                    .mapToInt(worker -> worker.executions().size())
                                    .sum())
                    .build();
        } catch (TimeoutException stuck) {
            return Health.down()
                    .withDetail(
                            "reason",
                            "the loop of the gateway has not answered within " + patience.toSeconds()
                                    + " s: it is stuck, or the gateway is closed. No leases are given meanwhile, and the"
                                    + " sessions of its crews are given up")
                    .build();
        } catch (ExecutionException failed) {
            return Health.down(failed).build();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Health.unknown().build();
        }
    }
}
