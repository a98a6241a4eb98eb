package io.elasticjob.gateway;

import io.elasticjob.gateway.wire.Attach;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What makes workers one crew: they offer the same under the same name, so that one may take what another would.
 *
 * @param name of the crew
 * @param handlers that each of its workers has
 * @param labels that each of its workers has
 */
public record CrewKey(String name, Set<String> handlers, Map<String, String> labels) {

    static CrewKey of(Attach request) {
        return new CrewKey(request.crew(), new TreeSet<>(request.handlers()), new TreeMap<>(request.labels()));
    }
}
