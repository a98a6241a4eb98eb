package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.springframework.test.context.ContextConfiguration;

/** As docs/guides/placement.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = BroadcastTests.Jobs.class)
class BroadcastTests {

    static final class Cache {

        final Queue<Instant> refreshed = new ConcurrentLinkedQueue<>();

        void refresh(Instant fireTime) {
            refreshed.add(fireTime);
        }
    }

    interface Application {

        Cache cache = new Cache();

        @ElasticJob(every = "5m", broadcast = true)
        class RefreshPrices implements SimpleJob {

            @Override
            public void execute(ShardingContext context) {
                cache.refresh(context.fireTime());
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Jobs {

        @Bean
        Application.RefreshPrices refreshPrices() {
            return new Application.RefreshPrices();
        }
    }

    @Autowired
    private ElasticJobTester tester;

    @Test
    void eachInstanceRefreshesWhatItKeeps() {
        tester.addInstance("other");
        tester.advance(Duration.ofMinutes(5));

        assertThat(Application.cache.refreshed).hasSize(2);
        assertThat(Application.cache.refreshed.stream().distinct()).hasSize(1);
    }
}
