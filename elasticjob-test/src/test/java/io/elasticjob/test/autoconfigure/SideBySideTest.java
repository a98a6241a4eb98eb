package io.elasticjob.test.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.shop.Ledger;
import io.elasticjob.test.autoconfigure.shop.SettleOrders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Twenty application contexts at once, as cached ones are: none sees anything of another. */
class SideBySideTest {

    @Configuration(proxyBeanMethods = false)
    @Import({Ledger.class, SettleOrders.class})
    @ImportAutoConfiguration({ElasticJobTestAutoConfiguration.class, ElasticJobAutoConfiguration.class})
    static class Shop {}

    @Test
    void contextsShareNothing() {
        List<CompletableFuture<Integer>> twenty = IntStream.rangeClosed(1, 20)
                .mapToObj(hours -> CompletableFuture.supplyAsync(() -> executionsWithin(hours)))
                .toList();

        List<Integer> executions = new ArrayList<>();
        twenty.forEach(one -> executions.add(one.join()));

        assertThat(executions)
                .isEqualTo(IntStream.rangeClosed(1, 20)
                        .mapToObj(hours -> 2 * hours)
                        .toList());
    }

    private static int executionsWithin(int hours) {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of("elasticjob.namespace=shop").applyTo(context);
            context.register(Shop.class);
            context.refresh();
            ElasticJobTester tester = context.getBean(ElasticJobTester.class);
            tester.advance(Duration.ofHours(hours));
            assertThat(tester.executions()).allSucceeded();
            assertThat(context.getBean(Ledger.class).lines()).hasSize(2 * hours);
            return tester.executions().size();
        }
    }
}
