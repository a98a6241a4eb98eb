package io.elasticjob.boot.connection;

import io.elasticjob.boot.ElasticJobConnectionDetails;
import java.util.List;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.testcontainers.containers.Container;

/** Takes a container with {@code @ServiceConnection} whose image, or whose connection's name, is {@code zookeeper}. */
final class ZooKeeperContainerConnectionDetailsFactory
        extends ContainerConnectionDetailsFactory<Container<?>, ElasticJobConnectionDetails> {

    ZooKeeperContainerConnectionDetailsFactory() {
        super(List.of("zookeeper", "bitnami/zookeeper", "bitnamilegacy/zookeeper"));
    }

    @Override
    protected ElasticJobConnectionDetails getContainerConnectionDetails(
            ContainerConnectionSource<Container<?>> source) {
        return new Details(source);
    }

    private static final class Details extends ContainerConnectionDetails<Container<?>>
            implements ElasticJobConnectionDetails {

        Details(ContainerConnectionSource<Container<?>> source) {
            super(source);
        }

        @Override
        public String connectString() {
            Container<?> container = getContainer();
            return container.getHost() + ":" + container.getMappedPort(ZooKeeperPort.CLIENT);
        }
    }
}
