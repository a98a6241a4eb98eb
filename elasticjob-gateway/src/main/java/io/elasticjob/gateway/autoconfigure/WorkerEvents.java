package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.gateway.WorkerEvent;

/** Is told what becomes of attachments, on a thread for that alone. */
@FunctionalInterface
interface WorkerEvents {

    void on(WorkerEvent event);
}
