package io.elasticjob.engine;

import java.util.SortedMap;

/**
 * The whole namespace as this instance sees it, taken in one turn of the loop.
 *
 * @param status of this instance; while it is away, the rest is what it last knew
 * @param instances live ones, by id
 * @param jobs all of them, by name
 */
public record NamespaceView(
        String namespace,
        String application,
        EngineStatus status,
        SortedMap<String, InstanceView> instances,
        SortedMap<String, JobView> jobs) {}
