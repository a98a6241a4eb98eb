package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;

/** As docs/guides/long-jobs.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = LongJobsTests.Jobs.class)
class LongJobsTests {

    private static final int SHARDS = 8;

    record Product(long id) {}

    static final class Products {

        List<Product> pageAfter(long last, int shard) {
            return LongStream.rangeClosed(last + 1, 400)
                    .filter(id -> id % SHARDS == shard)
                    .limit(10)
                    .mapToObj(Product::new)
                    .toList();
        }
    }

    static final class Index {

        final Queue<Product> all = new ConcurrentLinkedQueue<>();

        void put(List<Product> page) {
            all.addAll(page);
        }
    }

    interface Application {

        Products products = new Products();
        Index index = new Index();

        @ElasticJob(cron = "0 0 2 * * ?", shardingTotalCount = 8, failover = true)
        class ReindexCatalogue implements SimpleJob {

            @Override
            public void execute(ShardingContext context) {
                long last = context.checkpoint().map(Long::parseLong).orElse(0L);
                List<Product> page = products.pageAfter(last, context.shardingItem());
                while (!page.isEmpty() && !context.isCancelled()) {
                    index.put(page);
                    last = page.get(page.size() - 1).id();
                    context.checkpoint(Long.toString(last));
                    page = products.pageAfter(last, context.shardingItem());
                }
                if (!page.isEmpty()) {
                    throw new CancellationException("stopped after product " + last);
                }
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Jobs {

        @Bean
        Application.ReindexCatalogue reindexCatalogue() {
            return new Application.ReindexCatalogue();
        }

        @ElasticJob
        void pages(ShardingContext context) {
            context.progress(40, "page 12 of 30");
        }
    }

    @Test
    void eachProductIsIndexedOnce(@Autowired ElasticJobTester tester) {
        assertThat(tester.run("reindexCatalogue")).hasSize(SHARDS).allSucceeded();

        assertThat(Application.index.all).hasSize(400).doesNotHaveDuplicates();
    }
}
