package badly.elasticjob.boot.autoconfigure;

import badly.elasticjob.boot.discovery.DiscoveryThatKnowsItsUser;

public interface Composition {
    DiscoveryThatKnowsItsUser discovery();
}
