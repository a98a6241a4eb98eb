package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AuditTrailTest {

    private static final WorkerEvent EVENT = new WorkerEvent.Refused("c", "w", "crew", 403, "forbidden", "why");

    @Test
    void whatWasToldBeforeTheEndIsHeard() {
        List<WorkerEvent> heard = new ArrayList<>();
        AuditTrail trail = new AuditTrail(heard::add);
        trail.accept(EVENT);
        trail.close();

        assertThat(heard).containsExactly(EVENT);
    }

    @Test
    void aListenerThatClosesItsApplicationIsNotInterrupted() {
        CompletableFuture<AuditTrail> made = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        AuditTrail trail = new AuditTrail(event -> {
            made.join().close();
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        made.complete(trail);
        trail.accept(EVENT);

        await().until(interrupted::isDone);
        assertThat(interrupted.join()).isFalse();
    }
}
