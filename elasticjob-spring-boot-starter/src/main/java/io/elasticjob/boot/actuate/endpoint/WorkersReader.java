package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.history.ExecutionRecord;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** What the endpoint asks a gateway for, if the application has one: the workers that are attached to it. */
public interface WorkersReader {

    /**
     * A worker.
     *
     * @param id of its attachment
     * @param client that it belongs to
     * @param instance id of the instance that its crew is; "" while that registers
     * @param slots how many executions it takes at once
     * @param executions that it holds
     */
    record Attached(
            String id,
            String name,
            String client,
            String crew,
            String instance,
            Set<String> handlers,
            int slots,
            List<ExecutionRecord.Identity> executions) {}

    /** Those that are attached now. Completes on any thread. */
    CompletionStage<List<Attached>> workers();

    /** Handlers that only workers offer, as the application says. */
    Set<String> handlers();
}
