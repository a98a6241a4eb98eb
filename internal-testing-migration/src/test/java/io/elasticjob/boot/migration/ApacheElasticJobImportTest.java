package io.elasticjob.boot.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.Map;
import org.apache.curator.test.TestingServer;
import org.apache.shardingsphere.elasticjob.api.JobConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The tree that Apache ElasticJob makes of its jobs while it runs. */
@ResourceLock("applications") // Apache ElasticJob keeps its jobs by their names, once for the JVM
class ApacheElasticJobImportTest {

    @Test
    void theTreeBecomesSettings() throws Exception {
        try (TestingServer server = new TestingServer();
                ApacheElasticJob apache = new ApacheElasticJob(server.getConnectString(), "shop")) {
            apache.schedule(
                    JobConfiguration.newBuilder("settleOrders", 3)
                            .cron("0 0 3 * * ?")
                            .timeZone("GMT+8:00")
                            .shardingItemParameters("0=Beijing,1=Shanghai,2=Guangzhou")
                            .jobParameter("all")
                            .failover(true)
                            .misfire(false)
                            .jobShardingStrategyType("ROUND_ROBIN")
                            .description("Settles orders")
                            .setProperty("streaming.process", "true")
                            .build(),
                    (time, shard) -> {});
            apache.schedule(
                    JobConfiguration.newBuilder("com.acme.Tidy", 1)
                            .cron("0 0/5 * * * ?")
                            .monitorExecution(false)
                            .maxTimeDiffSeconds(30)
                            .build(),
                    (time, shard) -> {});
            apache.schedule(
                    JobConfiguration.newBuilder("paused", 1).cron("0 0 4 * * ?").build(), (time, shard) -> {});
            apache.disable("paused");

            Imported imported = Imported.by(
                    "elasticjob", "--connect-string=" + server.getConnectString(), "--namespace=shop", "--zone=UTC");

            assertThat(imported.yaml()).isEqualTo("""
                # Jobs of Apache ElasticJob, namespace shop
                elasticjob:
                  jobs:
                    # the job com.acme.Tidy of Apache ElasticJob
                    # NOT TRANSLATED: maxTimeDiffSeconds 30: for all jobs together, set elasticjob.max-time-diff
                    "[com.acme.Tidy]":
                      cron: "0 0/5 * * * ?"
                      monitor-execution: false
                      zone: UTC
                    # the job paused of Apache ElasticJob
                    paused:
                      cron: "0 0 4 * * ?"
                      enabled: false
                      zone: UTC
                    # the job settleOrders of Apache ElasticJob
                    settleOrders:
                      cron: "0 0 3 * * ?"
                      zone: "GMT+08:00"
                      sharding-total-count: 3
                      sharding-item-parameters: "0=Beijing,1=Shanghai,2=Guangzhou"
                      job-parameter: "all"
                      sharding-strategy: "round-robin"
                      failover: true
                      misfire: SKIP
                      streaming: true
                      description: "Settles orders"
                """);
            assertThat(imported.result()).isEqualTo(JobImport.WITH_REMARKS);
        }
    }

    @Test
    void aNamespaceThatIsNotThereIsNamed() throws Exception {
        try (TestingServer server = new TestingServer()) {
            assertThat(new JobImport(Map.of(), InstantSource.system(), System.out, System.err)
                            .run("elasticjob", "--connect-string=" + server.getConnectString(), "--namespace=nowhere"))
                    .isEqualTo(JobImport.FAILED);
        }
    }
}
