package io.elasticjob.zookeeper;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/** The same on the ZooKeeper that people deploy, where there is something to run its image. */
@Testcontainers(disabledWithoutDocker = true)
class ZooKeeperContainerTest extends ZooKeeperContract {

    @Container
    private static final GenericContainer<?> SERVER = new GenericContainer<>(DockerImageName.parse("zookeeper:3.9"))
            .withEnv("ZOO_TICK_TIME", "500")
            .withEnv("ZOO_CFG_EXTRA", "minSessionTimeout=1000")
            .withExposedPorts(2181);

    ZooKeeperContainerTest() throws Exception {}

    @Override
    int port() {
        return SERVER.getMappedPort(2181);
    }
}
