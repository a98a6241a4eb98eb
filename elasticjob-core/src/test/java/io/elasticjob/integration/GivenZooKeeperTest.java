package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.integration.Application.Place;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The whole core on a server of another version, which {@code .ci/matrix} starts. */
@EnabledIfSystemProperty(named = "elasticjob.tests.zookeeper", matches = ".+")
class GivenZooKeeperTest {

    private static final JobDefinition JOB = JobDefinition.named("orders")
            .set(JobKey.HANDLER, "orders")
            .every(Duration.ofSeconds(1))
            .shards(4)
            .build();

    private final Queue<ElasticJobEvent> events = new ConcurrentLinkedQueue<>();

    @Test
    void twoInstancesShareTheShardsAndOneTakesThemOver() {
        try (Application first = start("first")) {
            try (Application second = start("second")) {
                until(() -> first.shardsOf("orders").equals(Map.of("first", 2, "second", 2)));
            }
            until(() -> first.shardsOf("orders").equals(Map.of("first", 4)));
            events.clear();
            until(() -> events.stream().filter(ExecutionEnded.class::isInstance).count() >= 8);
        }
        assertThat(events)
                .filteredOn(ExecutionEnded.class::isInstance)
                .extracting(event -> ((ExecutionEnded) event).outcome())
                .containsOnly(new Outcome.Succeeded());
    }

    private Application start(String name) {
        Place place = new Place(System.getProperty("elasticjob.tests.zookeeper"), Duration.ofSeconds(10));
        return new Application(name, place, List.of(JOB), context -> {}, events::add);
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(condition);
    }
}
