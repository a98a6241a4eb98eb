package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.gateway.WorkerEvent;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts them. Tagged by client and result only, of which there are few. */
final class CountedWorkerEvents implements WorkerEvents {

    static final String ATTACHMENTS = "elasticjob.gateway.attachments";
    static final String ADOPTED = "elasticjob.gateway.adopted";

    private final MeterRegistry meters;

    CountedWorkerEvents(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void on(WorkerEvent event) {
        String client = event.client().isEmpty() ? "unknown" : event.client();
        meters.counter(ATTACHMENTS, "client", client, "result", result(event)).increment();
        if (event instanceof WorkerEvent.Attached attached && attached.adopted() > 0) {
            meters.counter(ADOPTED, "client", client).increment(attached.adopted());
        }
    }

    private static String result(WorkerEvent event) {
        return event instanceof WorkerEvent.Attached
                ? "attached"
                : event instanceof WorkerEvent.Left ? "left" : "refused";
    }
}
