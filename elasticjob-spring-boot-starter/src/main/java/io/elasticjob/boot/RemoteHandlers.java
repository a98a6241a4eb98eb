package io.elasticjob.boot;

import java.util.Set;

/**
 * A bean of this type names handlers that jobs of this application may have though nothing in it implements them: other
 * instances offer them, such as the workers of a gateway.
 *
 * @param names of handlers
 * @since 0.1.0
 */
public record RemoteHandlers(Set<String> names) {

    public RemoteHandlers {
        names = Set.copyOf(names);
    }
}
