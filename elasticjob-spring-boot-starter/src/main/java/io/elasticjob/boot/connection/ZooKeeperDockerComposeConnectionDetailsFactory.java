package io.elasticjob.boot.connection;

import io.elasticjob.boot.ElasticJobConnectionDetails;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;

/** Finds a service in {@code compose.yaml} whose image is named {@code zookeeper}. */
final class ZooKeeperDockerComposeConnectionDetailsFactory
        extends DockerComposeConnectionDetailsFactory<ElasticJobConnectionDetails> {

    private static final String[] IMAGES = {"zookeeper", "bitnami/zookeeper", "bitnamilegacy/zookeeper"};

    ZooKeeperDockerComposeConnectionDetailsFactory() {
        super(IMAGES);
    }

    @Override
    protected ElasticJobConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
        return new Details(source.getRunningService());
    }

    private static final class Details extends DockerComposeConnectionDetails implements ElasticJobConnectionDetails {

        private final String connectString;

        Details(RunningService service) {
            super(service);
            connectString = service.host() + ":" + service.ports().get(ZooKeeperPort.CLIENT);
        }

        @Override
        public String connectString() {
            return connectString;
        }
    }
}
