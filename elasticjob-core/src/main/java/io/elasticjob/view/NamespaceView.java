package io.elasticjob.view;

import java.util.SortedMap;

/**
 * The whole namespace as this instance sees it, taken in one turn of the loop.
 *
 * @param status of this instance; while it is away, the rest is what it last knew
 * @param instances live ones, by id
 * @param jobs all of them, by name
 * @param asOf everything up to this transaction of the registry is in it; 0 when that is not known
 */
public record NamespaceView(
        String namespace,
        String application,
        EngineStatus status,
        SortedMap<String, InstanceView> instances,
        SortedMap<String, JobView> jobs,
        long asOf) {

    /** One of which it is not known how far it goes. */
    public NamespaceView(
            String namespace,
            String application,
            EngineStatus status,
            SortedMap<String, InstanceView> instances,
            SortedMap<String, JobView> jobs) {
        this(namespace, application, status, instances, jobs, 0);
    }
}
