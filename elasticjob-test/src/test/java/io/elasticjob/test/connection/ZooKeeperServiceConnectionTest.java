package io.elasticjob.test.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobOperations;
import io.elasticjob.TriggerRequest;
import io.elasticjob.testing.machine.Needs;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/** An application on a ZooKeeper in a container, where there is something to run its image. */
@Needs(value = "docker", there = ZooKeeperServiceConnectionTest.Docker.class)
@Testcontainers
@SpringBootTest(classes = io.elasticjob.test.autoconfigure.shop.ShopApplication.class)
@ResourceLock("applications") // each sets up the logging of the whole process
class ZooKeeperServiceConnectionTest {

    @Container
    @ServiceConnection
    static final GenericContainer<?> ZOOKEEPER =
            new GenericContainer<>(DockerImageName.parse("zookeeper:3.9")).withExposedPorts(2181);

    static final class Docker implements BooleanSupplier {
        @Override
        public boolean getAsBoolean() {
            return DockerClientFactory.instance().isDockerAvailable();
        }
    }

    @Test
    void theJobsRunThere(@Autowired JobOperations operations) {
        assertThat(operations
                        .trigger(TriggerRequest.of("settleOrders"))
                        .thenCompose(receipt -> receipt.completion())
                        .toCompletableFuture()
                        .join()
                        .isDone())
                .isTrue();
    }
}
