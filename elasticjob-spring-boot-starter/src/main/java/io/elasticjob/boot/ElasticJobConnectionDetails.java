package io.elasticjob.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where ZooKeeper is. A bean of this type takes precedence over {@code elasticjob.registry.connect-string} and
 * {@code elasticjob.registry.digest}. Docker Compose and {@code @ServiceConnection} make one.
 *
 * @since 0.1.0
 */
public interface ElasticJobConnectionDetails extends ConnectionDetails {

    /** As {@code elasticjob.registry.connect-string}: {@code host:port} of each server, separated by commas. */
    String connectString();

    /** As {@code elasticjob.registry.digest}: {@code user:password}; null for none. */
    default @Nullable String digest() {
        return null;
    }
}
