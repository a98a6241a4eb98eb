package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.FiringListener;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;
import org.springframework.test.context.ContextConfiguration;

/** As docs/guides/whole-firings.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = WholeFiringsTests.Jobs.class)
class WholeFiringsTests {

    static final class Table {

        final Queue<Instant> prepared = new ConcurrentLinkedQueue<>();

        void prepare(Instant fireTime) {
            prepared.add(fireTime);
        }
    }

    static final class Mail {

        final Queue<String> sent = new ConcurrentLinkedQueue<>();

        void send(String text) {
            sent.add(text);
        }
    }

    interface Application {

        Table table = new Table();
        Mail mail = new Mail();

        @Component("audit")
        class Audit implements FiringListener {

            @Override
            public void beforeFiring(Start firing) {
                table.prepare(firing.fireTime());
            }

            @Override
            public void afterFiring(End firing) {
                mail.send(firing.start().job() + " " + firing.result() + " " + firing.ends());
            }
        }
    }

    interface Chain {

        @ElasticJob(cron = "0 0 2 * * ?", recordFirings = true)
        class Orders implements SimpleJob {

            @Override
            public void execute(ShardingContext context) {}
        }

        @ElasticJob(after = "orders", recordFirings = true)
        class Bills implements SimpleJob {

            @Override
            public void execute(ShardingContext context) {
                throw new IllegalStateException("no ink");
            }
        }

        @ElasticJob(after = "orders:FAILED, bills:ANY")
        class Report implements SimpleJob {

            @Override
            public void execute(ShardingContext context) {}
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Application.Audit.class)
    static class Jobs {

        @Bean
        Chain.Orders orders() {
            return new Chain.Orders();
        }

        @Bean
        Chain.Bills bills() {
            return new Chain.Bills();
        }

        @Bean
        Chain.Report report() {
            return new Chain.Report();
        }

        @ElasticJob(cron = "0 0 2 * * ?", shardingTotalCount = 8, recordFirings = true)
        void recorded(ShardingContext context) {
            int rows = context.shardingItem();
            context.result(rows + " rows");
        }

        @ElasticJob(name = "idle", cron = "0 0 2 * * ?")
        void idle(ShardingContext context) {
            context.skip("no new orders");
        }

        @ElasticJob(cron = "0 0 2 * * ?", shardingTotalCount = 8, recordFirings = true, firingDeadline = "3h")
        void awaited(ShardingContext context) {}

        @ElasticJob(cron = "0 0 2 * * ?", shardingTotalCount = 8, firingListeners = "audit")
        void heard(ShardingContext context) {}
    }

    @Test
    void listenersHearOfAFiringOnceAndOthersRunAfterIt(@Autowired ElasticJobTester tester) {
        tester.advance(Duration.ofHours(3));

        assertThat(Application.table.prepared).containsExactly(Instant.parse("2026-01-01T02:00:00Z"));
        assertThat(Application.mail.sent).singleElement().asString().endsWith("SUCCEEDED=8}");
        assertThat(tester.executionsOf("bills")).hasSize(1).allEnded("FAILED");
        assertThat(tester.executionsOf("idle")).hasSize(1).allEnded("SKIPPED");
    }
}
