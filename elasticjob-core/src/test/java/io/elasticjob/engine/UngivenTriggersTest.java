package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A shard's record that says of firings by hand that they have run though there have never been so many. */
class UngivenTriggersTest {

    private final World world = new World();

    private static JobDefinition orders(boolean monitored, boolean recorded) {
        JobDefinition.Builder job =
                JobDefinition.named("orders").shards(2).set(JobKey.MONITOR_EXECUTION, String.valueOf(monitored));
        return recorded ? job.set(JobKey.RECORD_FIRINGS, "true").build() : job.build();
    }

    private void trigger(Process by) {
        by.engine.operations().trigger(TriggerRequest.of("orders"));
        world.seconds(5);
    }

    private String record(int shard) {
        String folder = world.ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith("orders@"))
                .findFirst()
                .orElseThrow();
        return "/test/shards/" + folder + "/" + shard;
    }

    private void claims(int shard, long trigger) {
        String data = new String(((Read.Present) world.ensemble.node(record(shard))).data(), StandardCharsets.UTF_8);
        assertThat(data).contains("\"trigger\":");
        world.overwrite(
                record(shard),
                data.replaceAll("\"trigger\":-?\\d+", "\"trigger\":" + trigger).getBytes(StandardCharsets.UTF_8));
    }

    private boolean isTriggerThere() {
        return world.ensemble.children("/test/jobs/orders").stream().anyMatch(name -> name.startsWith("trigger-"));
    }

    @ParameterizedTest
    @CsvSource({
        "5, true, false",
        "2147483647, true, false",
        "5, true, true",
        "2147483647, true, true",
        "5, false, false",
        "2147483647, false, false"
    })
    void doesNotMakeTheShardDeaf(long number, boolean monitored, boolean recorded) {
        Process a = world.start("a", orders(monitored, recorded));
        trigger(a);
        assertThat(world.runs("orders")).isEqualTo(2);
        claims(0, number);
        trigger(a);
        trigger(a);

        assertThat(world.runs("orders")).isEqualTo(6);
        assertThat(isTriggerThere()).isFalse();
        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.path()).isEqualTo(record(0));
                    assertThat(event.reason()).contains("trigger " + number);
                });
        long commits = a.commits;
        world.seconds(60);
        assertThat(a.commits - commits).as("writes without an end").isLessThan(10);
    }

    @Test
    void isCorrectedByWhoGainsTheShard() {
        Process a = world.start("a", orders(true, false));
        trigger(a);
        claims(1, 77);
        Process b = world.start("b", orders(true, false));
        a.engine.close();
        world.seconds(30);
        trigger(b);

        assertThat(world.runs("orders")).isEqualTo(4);
    }

    @Test
    void isCorrectedWhenWhatRunsHasEnded() {
        Process a = world.start("a", orders(true, false));
        trigger(a);
        a.duration = Duration.ofDays(1);
        trigger(a);
        claims(0, 77); // which costs the one that runs its record
        world.seconds(3);
        a.duration = Duration.ofMillis(10);
        a.runner.end("orders", 0, new Outcome.Succeeded());
        a.runner.end("orders", 1, new Outcome.Succeeded());
        world.seconds(5);
        long runs = world.runs("orders");
        trigger(a);

        assertThat(world.runs("orders") - runs).isEqualTo(2);
        assertThat(isTriggerThere()).isFalse();
    }

    /** The leader removes triggers that others have left over, and must not take this one for done. */
    @ParameterizedTest
    @ValueSource(ints = {5, 40})
    void isNotBelievedByTheLeaderWhereNobodyHasTheShard(int seconds) {
        world.start("leader", JobDefinition.named("bills").build());
        Process a = world.start("a", orders(true, false));
        trigger(a);
        a.duration = Duration.ofDays(1);
        trigger(a);
        trigger(a); // which waits
        a.kill();
        world.seconds(10);
        claims(0, 77);
        claims(1, 77);
        world.seconds(seconds);
        assertThat(world.ensemble.children("/test/jobs/orders")).as("triggers").hasSize(2);

        world.start("b", orders(true, false));
        world.seconds(60);
        assertThat(world.ledger.entries().stream().filter(run -> run.id.firing().equals(new Firing.Triggered(2))))
                .hasSize(2);
        assertThat(isTriggerThere()).isFalse();
    }
}
