package io.elasticjob.zookeeper;

import io.elasticjob.testing.machine.Needs;
import java.util.function.BooleanSupplier;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/** The same on the ZooKeeper that people deploy, where there is something to run its image. */
@Needs(value = "docker", there = ZooKeeperContainerTest.Docker.class)
@Testcontainers
class ZooKeeperContainerTest extends ZooKeeperContract {

    @Container
    private static final GenericContainer<?> SERVER = new GenericContainer<>(DockerImageName.parse("zookeeper:3.9"))
            .withEnv("ZOO_TICK_TIME", "500")
            .withEnv("ZOO_CFG_EXTRA", "minSessionTimeout=1000")
            .withExposedPorts(2181);

    static final class Docker implements BooleanSupplier {
        @Override
        public boolean getAsBoolean() {
            return DockerClientFactory.instance().isDockerAvailable();
        }
    }

    ZooKeeperContainerTest() throws Exception {}

    @Override
    int port() {
        return SERVER.getMappedPort(2181);
    }
}
