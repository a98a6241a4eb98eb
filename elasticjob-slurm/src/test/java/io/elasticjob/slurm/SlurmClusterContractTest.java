package io.elasticjob.slurm;

import io.elasticjob.spi.Cluster;
import io.elasticjob.test.ClusterContract;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.SlurmDaemons;
import io.elasticjob.testing.slurm.LoopbackSlurm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** What every cluster keeps to, on a real Slurm. */
@Needs(value = SlurmDaemons.NAME, there = SlurmDaemons.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlurmClusterContractTest extends ClusterContract {

    private LoopbackSlurm slurm;
    private Path script;

    @BeforeAll
    void start() throws Exception {
        slurm = LoopbackSlurm.start(1001);
        script = slurm.shared().resolve("contract.sh");
        Files.writeString(script, SCRIPT);
    }

    @AfterAll
    void stop() {
        slurm.close();
    }

    @Override
    protected Cluster client() {
        return new SlurmCluster(new SlurmSettings(
                "loopback",
                slurm.shared().resolve("runs"),
                null,
                slurm.configuration(),
                new SlurmSettings.Times(
                        Duration.ofMillis(500), Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofDays(1)),
                Map.of(TEMPLATE, new SlurmTemplate(List.of("sh", script.toString()), null, Map.of(), List.of()))));
    }

    @Override
    protected String identityOfAnother(String identity) {
        return identity.substring(0, identity.length() - 3) + (identity.endsWith("aaa") ? "bbb" : "aaa");
    }
}
