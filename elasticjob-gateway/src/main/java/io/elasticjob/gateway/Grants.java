package io.elasticjob.gateway;

import java.util.Set;

/**
 * What a caller may do: the handlers that it may offer, and the crews that it may join. {@code *} stands for all.
 *
 * @param handlers names of handlers
 * @param crews names of crews
 */
public record Grants(Set<String> handlers, Set<String> crews) {

    /** Everything. */
    public static final Grants ALL = new Grants(Set.of("*"), Set.of("*"));

    public Grants {
        handlers = Set.copyOf(handlers);
        crews = Set.copyOf(crews);
    }

    /** Whether the handler may be offered. */
    public boolean offers(String handler) {
        return handlers.contains("*") || handlers.contains(handler);
    }

    /** Whether the crew may be joined. */
    public boolean joins(String crew) {
        return crews.contains("*") || crews.contains(crew);
    }
}
