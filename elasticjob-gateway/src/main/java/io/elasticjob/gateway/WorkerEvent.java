package io.elasticjob.gateway;

import java.util.Set;

/**
 * Something that happened to the attachment of a worker at this gateway. The application publishes it as a Spring event, on a
 * thread of its own.
 *
 * @since 0.1.0
 */
public sealed interface WorkerEvent {

    /** Name of the client that the worker belongs to; "" when it is not known. */
    String client();

    /** Name of the worker, as it says; "" when it did not say one that can be read. */
    String worker();

    /** Name of its crew; "" when it did not say one that can be read. */
    String crew();

    /**
     * A worker has attached, or has attached again.
     *
     * @param id of the attachment
     * @param handlers that it offers
     * @param slots how many executions it takes at once
     * @param adopted how many executions it took along from another gateway, or still holds
     */
    record Attached(String client, String worker, String crew, String id, Set<String> handlers, int slots, int adopted)
            implements WorkerEvent {}

    /**
     * A worker has left, or is given up.
     *
     * @param id of the attachment
     * @param why in words
     * @param lost how many executions it held then
     */
    record Left(String client, String worker, String crew, String id, String why, int lost) implements WorkerEvent {}

    /**
     * A worker was refused.
     *
     * @param status by HTTP
     * @param code of the problem, such as {@code forbidden}
     * @param why in words
     */
    record Refused(String client, String worker, String crew, int status, String code, String why)
            implements WorkerEvent {}
}
