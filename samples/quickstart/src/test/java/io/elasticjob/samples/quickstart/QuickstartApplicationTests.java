package io.elasticjob.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.TestInstance;
import io.elasticjob.test.autoconfigure.AutoConfigureElasticJob;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** The whole application with its jobs, in memory and in the time of the test. */
@SpringBootTest(
        properties = {"quickstart.database=none", "server.port=0", "spring.datasource.url=jdbc:h2:mem:quickstart"})
@AutoConfigureElasticJob
class QuickstartApplicationTests {

    @Autowired
    private ElasticJobTester tester;

    @Autowired
    private Invoices invoices;

    @Test
    void nothingIsSettledUnlessTimePasses() {
        tester.settle();

        assertThat(tester.executions()).isEmpty();
        assertThat(invoices.count()).isEqualTo(4200);
    }

    @Test
    void everyFiveSecondsEachRegionSettlesSomeInvoices() {
        int open = invoices.countOpen("APAC");

        tester.advance(Duration.ofSeconds(10));

        assertThat(tester.executionsOf("settleInvoices"))
                .hasSize(8)
                .allSucceeded()
                .ranShards(0, 1, 2, 3);
        assertThat(tester.executionsOf("summary")).hasSize(1).allSucceeded();
        assertThat(invoices.countOpen("APAC")).isEqualTo(open - 40);
    }

    @Test
    void theSurvivorSettlesTheInvoicesOfACopyThatIsKilled() {
        TestInstance second = tester.addInstance("second");
        assertThat(tester.run("settleInvoices")).ranOn(tester.instance(), second);

        second.kill();
        tester.advance(Duration.ofSeconds(10));

        assertThat(tester.run("settleInvoices")).hasSize(4).allSucceeded().ranOn(tester.instance());
    }
}
