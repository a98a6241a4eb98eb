package io.elasticjob.test.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobOperations;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.registry.Registry;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.TestInstance;
import io.elasticjob.test.autoconfigure.shop.Ledger;
import io.elasticjob.test.autoconfigure.shop.Reports;
import io.elasticjob.test.autoconfigure.shop.SettleOrders;
import io.elasticjob.test.autoconfigure.shop.ShopApplication;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

@ElasticJobTest
@ContextConfiguration(classes = ShopApplication.class)
@Import(Ledger.class)
class ElasticJobTestTest {

    @Autowired
    private ElasticJobTester tester;

    @Autowired
    private ApplicationContext context;

    @Test
    void onlyWhatDeclaresJobsIsMade() {
        assertThat(context.getBeanNamesForType(SettleOrders.class)).hasSize(1);
        assertThat(context.getBeanNamesForType(Reports.class)).hasSize(1);
        assertThat(context.getBeanNamesForType(Registry.class)).hasSize(1);
        assertThat(context.getBean(Registry.class)).isInstanceOf(MemoryRegistry.class);
        assertThat(context.getBeanDefinitionNames()).noneMatch(name -> name.contains("Endpoint"));
    }

    @Test
    void schedulesFireAsTimePasses(@Autowired Ledger ledger) {
        int before = ledger.lines().size();

        tester.advance(Duration.ofHours(1));

        assertThat(tester.executionsOf("settleOrders"))
                .hasSize(2)
                .allSucceeded()
                .ranShards(0, 1);
        assertThat(ledger.lines()).hasSize(before + 2).contains("north", "south");
    }

    @Test
    void nothingIsLeftOfTheTestBefore() {
        assertThat(tester.executions()).isEmpty();
        assertThat(tester.instances()).hasSize(1);
    }

    @Test
    void jobsRunWhenAsked() {
        assertThat(tester.run("settleOrders")).hasSize(2).allSucceeded();
        assertThat(tester.run("reports-daily")).hasSize(1).allSucceeded();
    }

    @Test
    void theApplicationsOwnCodeMayTriggerAndWait(@Autowired JobOperations operations) {
        operations
                .trigger(io.elasticjob.TriggerRequest.of("settleOrders"))
                .toCompletableFuture()
                .join()
                .completion()
                .toCompletableFuture()
                .join();

        assertThat(tester.executionsOf("settleOrders")).allSucceeded();
    }

    @Test
    void anotherInstanceTakesHalfOfTheShardsAndAKilledOneNone() {
        TestInstance second = tester.addInstance("second");
        assertThat(tester.run("settleOrders")).ranOn(tester.instance(), second);

        tester.instance().kill();
        tester.advance(Duration.ofMinutes(1));

        assertThat(tester.run("settleOrders")).hasSize(2).ranOn(second);
    }

    @Test
    void theEngineIsTheApplicationsOwn(@Autowired JobEngine engine) {
        assertThat(tester.instance().engine().self()).isEqualTo(engine.self());
        assertThat(engine.namespaceName()).isEqualTo("shop");
    }
}
