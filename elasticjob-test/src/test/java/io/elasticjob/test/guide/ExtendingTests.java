package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionScope;
import io.elasticjob.ShardingContext;
import io.elasticjob.alert.AlertChannel;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.Candidate;
import io.elasticjob.sharding.ShardingStrategy;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.TestInstance;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.test.context.ContextConfiguration;

/** As docs/guides/extending.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = ExtendingTests.Extensions.class)
class ExtendingTests {

    /** Somebody is called. */
    interface PagerClient {
        void page(String headline, String text);
    }

    /** Bound to the thread. */
    static final class Tenants {

        static final ThreadLocal<String> CURRENT = new ThreadLocal<>();

        static void set(String tenant) {
            CURRENT.set(tenant);
        }

        static void clear() {
            CURRENT.remove();
        }
    }

    /** Bound to the thread, too, and known to Micrometer's context propagation. */
    private static final ThreadLocal<String> REGION = new ThreadLocal<>();

    private static final ContextRegistry REGISTRY = new ContextRegistry().registerThreadLocalAccessor("region", REGION);

    private static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();

    @Configuration(proxyBeanMethods = false)
    static class Extensions {

        private final Queue<ElasticJobEvent.ExecutionEnded> ends = new ConcurrentLinkedQueue<>();

        @Bean
        ShardingStrategy byName() {
            return sharding -> {
                List<Candidate> sorted = sharding.instances().stream()
                        .sorted(Comparator.comparing(Candidate::name).thenComparing(Candidate::id))
                        .toList();
                return Assignment.of(IntStream.range(0, sharding.shardingTotalCount())
                        .mapToObj(shard -> sorted.get(shard % sorted.size()).id())
                        .toList());
            };
        }

        @Bean
        ExecutionScope tenant() {
            return context -> {
                Tenants.set(context.shardingParameter());
                return (outcome, thrown) -> Tenants.clear();
            };
        }

        @Bean
        ContextSnapshotFactory snapshots() {
            return ContextSnapshotFactory.builder().contextRegistry(REGISTRY).build();
        }

        @Bean
        ExecutionScope contextOfTheStart(ContextSnapshotFactory snapshots) {
            ContextSnapshot captured = snapshots.captureAll();
            return context -> {
                ContextSnapshot.Scope scope = captured.setThreadLocals();
                return (outcome, thrown) -> scope.close();
            };
        }

        @Bean
        AlertChannel pager(PagerClient pagers) {
            return alert -> pagers.page(alert.headline(), alert.text());
        }

        @Bean
        PagerClient pagers() {
            return (headline, text) -> SEEN.add(headline);
        }

        @EventListener
        void on(ElasticJobEvent.ExecutionEnded ended) {
            ends.add(ended);
        }

        @ElasticJob(
                name = "tenants",
                shardingTotalCount = 4,
                shardingItemParameters = "0=a,1=b,2=c,3=d",
                shardingStrategy = "byName")
        void work(ShardingContext context) {
            SEEN.add(Tenants.CURRENT.get() + " in " + REGION.get());
        }
    }

    static {
        REGION.set("eu"); // as of the thread that starts the application
    }

    @Autowired
    private ElasticJobTester tester;

    @Autowired
    private Extensions extensions;

    @Test
    void scopesSurroundEachExecutionAndListenersHearOfIt() {
        assertThat(tester.run("tenants")).hasSize(4).allSucceeded();

        assertThat(SEEN).contains("a in eu", "b in eu", "c in eu", "d in eu");
        assertThat(extensions.ends).hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void theStrategyOfTheApplicationAssignsTheShards() {
        TestInstance second = tester.addInstance("zz-second");

        assertThat(tester.run("tenants").on(second)).ranShards(1, 3);
    }
}
