package io.elasticjob.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.engine.EngineStatus.Phase;
import io.elasticjob.engine.JobEngine;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** The whole application, with its jobs declared but not started: it needs no ZooKeeper. */
@SpringBootTest(
        properties = {
            "elasticjob.auto-startup=false",
            "elasticjob.registry.connect-string=127.0.0.1:1",
            "quickstart.database=none",
            "server.port=0",
            "spring.datasource.url=jdbc:h2:mem:quickstart"
        })
class QuickstartApplicationTests {

    @Test
    void theJobsCanBeDeclaredAndTheInvoicesAreThere(@Autowired JobEngine engine, @Autowired Invoices invoices) {
        assertThat(engine.status().phase()).isEqualTo(Phase.LATENT);
        assertThat(invoices.count()).isEqualTo(4200);
    }
}
