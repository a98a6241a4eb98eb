package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.gateway.WorkerEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/** Publishes them as audit events of Spring Boot. Their principal is the client. */
final class AuditedWorkerEvents implements WorkerEvents {

    static final String TYPE = "ELASTICJOB_WORKER";

    private static final String STRANGER = "anonymous";

    private final ApplicationEventPublisher publisher;

    AuditedWorkerEvents(ApplicationEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void on(WorkerEvent event) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("worker", event.worker());
        data.put("crew", event.crew());
        if (event instanceof WorkerEvent.Attached attached) {
            data.put("result", "attached");
            data.put("id", attached.id());
            data.put("handlers", List.copyOf(attached.handlers()));
            data.put("slots", attached.slots());
            data.put("adopted", attached.adopted());
        } else if (event instanceof WorkerEvent.Left left) {
            data.put("result", "left");
            data.put("id", left.id());
            data.put("why", left.why());
            data.put("lost", left.lost());
        } else if (event instanceof WorkerEvent.Refused refused) {
            data.put("result", "refused");
            data.put("status", refused.status());
            data.put("code", refused.code());
            data.put("why", refused.why());
        }
        publisher.publishEvent(
                new AuditApplicationEvent(event.client().isEmpty() ? STRANGER : event.client(), TYPE, data));
    }
}
