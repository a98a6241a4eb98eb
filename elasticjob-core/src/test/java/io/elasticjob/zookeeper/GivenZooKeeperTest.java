package io.elasticjob.zookeeper;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The same on a server of another version, which {@code .ci/matrix} starts. */
@EnabledIfSystemProperty(named = GivenZooKeeperTest.ADDRESS, matches = "127\\.0\\.0\\.1:\\d+")
class GivenZooKeeperTest extends ZooKeeperContract {

    static final String ADDRESS = "elasticjob.tests.zookeeper";

    GivenZooKeeperTest() throws Exception {}

    @Override
    int port() {
        return Integer.parseInt(System.getProperty(ADDRESS).split(":")[1]);
    }
}
