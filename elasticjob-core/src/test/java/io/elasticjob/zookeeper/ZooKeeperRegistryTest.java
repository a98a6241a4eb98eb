package io.elasticjob.zookeeper;

import java.util.Map;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class ZooKeeperRegistryTest extends ZooKeeperContract {

    private static TestingServer server;

    ZooKeeperRegistryTest() throws Exception {}

    @BeforeAll
    static void startServer() throws Exception {
        // Without the limit, curator-test grants sessions of a single tick.
        Map<String, Object> limit = Map.of("minSessionTimeout", "1000");
        server = new TestingServer(new InstanceSpec(null, -1, -1, -1, true, -1, 500, -1, limit), true);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @Override
    int port() {
        return server.getPort();
    }
}
