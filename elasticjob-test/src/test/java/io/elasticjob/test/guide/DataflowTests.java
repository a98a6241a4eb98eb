package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.DataflowJob;
import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.annotation.Transactional;

/** As docs/guides/dataflow.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = DataflowTests.Application.BillOrders.class)
class DataflowTests {

    private static final int ORDERS = 1_000;

    record Order(long id) {}

    static final class Orders {

        List<Order> after(long id, int shard, int shards, int most) {
            return LongStream.rangeClosed(id + 1, ORDERS)
                    .filter(each -> each % shards == shard)
                    .limit(most)
                    .mapToObj(Order::new)
                    .toList();
        }
    }

    static final class Billing {

        final Queue<Order> billed = new ConcurrentLinkedQueue<>();

        void bill(Order order) {
            billed.add(order);
        }
    }

    interface Application {

        Orders orders = new Orders();
        Billing billing = new Billing();

        @Component
        @ElasticJob(
                every = "10s",
                shardingTotalCount = 4,
                failover = true,
                keepCheckpoint = true,
                settings = "streaming=true")
        class BillOrders implements DataflowJob<Order> {

            public List<Order> fetch(ShardingContext context) {
                long after = context.checkpoint().map(Long::parseLong).orElse(0L);
                return orders.after(after, context.shardingItem(), context.shardingTotalCount(), 100);
            }

            @Transactional
            public void process(ShardingContext context, List<Order> batch) {
                batch.forEach(billing::bill);
            }

            public String position(List<Order> batch) {
                return String.valueOf(batch.get(batch.size() - 1).id());
            }
        }
    }

    @Test
    void eachOrderIsBilledOnce(@Autowired ElasticJobTester tester) {
        tester.advance(Duration.ofSeconds(30));

        assertThat(tester.executions()).isNotEmpty().allSucceeded();
        assertThat(Application.billing.billed).hasSize(ORDERS).doesNotHaveDuplicates();
    }
}
