package io.elasticjob.gateway.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.boot.actuate.endpoint.WorkersReader;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class GatewayHealthIndicatorTest {

    @Test
    void aGatewayWhoseLoopTurnsIsUpAndTellsHowManyWorkItHas() {
        Health health = health(CompletableFuture.completedFuture(
                List.of(worker("a", "crew.1", 2), worker("b", "crew.1", 3), worker("c", "other.1", 1))));
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("workers", 3)
                .containsEntry("crews", 2L)
                .containsEntry("slots", 6)
                .containsEntry("executions", 0);
    }

    @Test
    void aLoopThatIsStuckIsDown() {
        Health health = health(new CompletableFuture<>());
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(String.valueOf(health.getDetails().get("reason"))).contains("stuck");
    }

    private static WorkersReader.Attached worker(String name, String instance, int slots) {
        return new WorkersReader.Attached(
                name + ".x", name, "client", "crew", instance, Set.of("work"), slots, List.of());
    }

    private static Health health(CompletionStage<List<WorkersReader.Attached>> answer) {
        return new GatewayHealthIndicator(
                        new WorkersReader() {
                            @Override
                            public CompletionStage<List<Attached>> workers() {
                                return answer;
                            }

                            @Override
                            public Set<String> handlers() {
                                return Set.of();
                            }
                        },
                        Duration.ofMillis(50))
                .health();
    }
}
