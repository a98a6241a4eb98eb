package io.elasticjob.sharding;

import io.elasticjob.Instance;
import java.util.Map;
import java.util.Objects;

/**
 * An instance that may run a job, as a {@link ShardingStrategy} sees it: only what is the same on every instance that looks
 * at it, for as long as the instance lives. Immutable; two are equal when they have the same id, which never returns.
 *
 * @since 0.1.0
 */
public final class Candidate {

    private final String id;
    private final String name;
    private final String server;
    private final Map<String, String> labels;

    private Candidate(String id, String name, String server, Map<String, String> labels) {
        this.id = Objects.requireNonNull(id, "id");
        this.name = Objects.requireNonNull(name, "name");
        this.server = Objects.requireNonNull(server, "server");
        this.labels = Map.copyOf(labels);
    }

    /** One on a server, with labels. */
    public static Candidate of(String id, String name, String server, Map<String, String> labels) {
        return new Candidate(id, name, server, labels);
    }

    /** As a live instance shows itself. */
    public static Candidate of(Instance instance) {
        return of(instance.id(), instance.name(), instance.host(), instance.labels());
    }

    /** One of which only the id is known, which is its name as well; for tests. */
    public static Candidate of(String id) {
        return new Candidate(id, id, "", Map.of());
    }

    /** What an {@link Assignment} names it by. A process that loses its session comes back with another one. */
    public String id() {
        return id;
    }

    /** Name of the process; outlives sessions, and restarts where it is configured. */
    public String name() {
        return name;
    }

    /** Name of the host that it runs on; "" when that is not known. Several instances may share one. */
    public String server() {
        return server;
    }

    /** The labels of the instance, of which the job has asked for some, or none. */
    public Map<String, String> labels() {
        return labels;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Candidate that && id.equals(that.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return id;
    }
}
