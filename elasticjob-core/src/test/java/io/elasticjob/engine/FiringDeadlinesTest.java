package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent.FiringDeadlineMissed;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import io.elasticjob.view.Explanation;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.Situation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FiringDeadlinesTest {

    private static final Instant MINUTE = Instant.parse("2026-01-01T00:01:00Z");

    private final World world = new World();
    private final List<World.Process> processes = new ArrayList<>();

    private static JobDefinition orders() {
        return JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .shards(2)
                .set(JobKey.RECORD_FIRINGS, "true")
                .set(JobKey.FIRING_DEADLINE, "15s")
                .build();
    }

    private World.Process start(String name, JobDefinition... jobs) {
        World.Process process = world.start(name, jobs);
        processes.add(process);
        return process;
    }

    /** What all instances have told together. */
    private List<FiringDeadlineMissed> told() {
        return processes.stream()
                .flatMap(process -> process.events(FiringDeadlineMissed.class).stream())
                .toList();
    }

    private static FiringDeadlineMissed missed(Firing firing, Instant fireTime) {
        return new FiringDeadlineMissed("orders", firing, fireTime, fireTime.plusSeconds(15));
    }

    private static FiringDeadlineMissed missed(Instant fireTime) {
        return missed(new Firing.Scheduled(fireTime), fireTime);
    }

    @Test
    void aFiringThatEndsInTimeIsNotTold() {
        start("a", orders()).duration = Duration.ofSeconds(10);
        world.time.passUntil(MINUTE.plusSeconds(200));

        assertThat(told()).isEmpty();
    }

    @Test
    void aFiringThatGoesOnTooLongIsToldOnceWithinTenSecondsWhileItRuns() {
        World.Process a = start("a", orders());
        start("b", orders());
        a.duration = Duration.ofSeconds(50);
        world.time.passUntil(MINUTE.plusSeconds(26));

        assertThat(told()).containsExactly(missed(MINUTE));

        a.duration = Duration.ofSeconds(1);
        world.time.passUntil(MINUTE.plusSeconds(100));
        assertThat(told()).containsExactly(missed(MINUTE));
    }

    @Test
    void aFiringThatEndsTooLateBeforeTheLeaderLooksIsToldByWhoClosesIt() {
        for (int length = 15; length <= 24; length++) {
            World here = new World();
            World.Process a = here.start("a", orders());
            a.duration = Duration.ofSeconds(length).plusMillis(100);
            here.time.passUntil(MINUTE.plusSeconds(50));

            assertThat(a.events(FiringDeadlineMissed.class)).as(length + " s").containsExactly(missed(MINUTE));
        }
    }

    @Test
    void anotherLeaderDoesNotTellItAgain() {
        World.Process a = start("a", orders());
        World.Process b = start("b", orders());
        a.duration = Duration.ofSeconds(55);
        b.duration = Duration.ofSeconds(55);
        world.time.passUntil(MINUTE.plusSeconds(27));
        assertThat(told()).hasSize(1);

        (a.engine.status().leadership().isHeld() ? a : b).kill();
        world.time.passUntil(MINUTE.plusSeconds(58));

        assertThat(told()).filteredOn(event -> event.fireTime().equals(MINUTE)).hasSize(1);
    }

    @Test
    void itIsToldThoughNobodyIsLeftWhoCouldRunIt() {
        processes.add(world.startOf(
                "depot",
                "leader",
                JobDefinition.named("other").every(Duration.ofMinutes(5)).build()));
        World.Process a = start("a", orders());
        world.time.passUntil(MINUTE.plusSeconds(5));
        a.kill();
        world.time.passUntil(MINUTE.plusSeconds(60 + 26));

        assertThat(told()).containsExactly(missed(MINUTE.plusSeconds(60)));

        world.time.passUntil(MINUTE.plusSeconds(120 + 26));
        assertThat(told()).containsExactly(missed(MINUTE.plusSeconds(60)), missed(MINUTE.plusSeconds(120)));
    }

    @Test
    void aLostAnswerOfItsNoteLosesNothing() {
        World.Process a = start("a", orders());
        a.duration = Duration.ofSeconds(50);
        world.time.passUntil(MINUTE.plusSeconds(14));
        for (int times = 0; times < 12; times++) {
            a.registry.link().reset();
            world.time.pass(Duration.ofMillis(1_700));
        }
        world.time.passUntil(MINUTE.plusSeconds(49));

        assertThat(told()).containsExactly(missed(MINUTE));
    }

    @Test
    void aNoteWhoseAnswerAndSessionAreLostIsToldAllTheSame() {
        World.Process a = start("a", orders());
        a.duration = Duration.ofSeconds(50);
        world.time.passUntil(MINUTE.plusSeconds(14));
        a.losingAnswers = writes -> writes.stream()
                .anyMatch(write -> write instanceof Write.Put put
                        && new String(put.data(), StandardCharsets.UTF_8).contains("\"missed\""));
        world.time.until(this::isNoted);

        a.registry.link().expire();
        a.losingAnswers = writes -> false;
        world.time.passUntil(MINUTE.plusSeconds(55));

        assertThat(told()).contains(missed(MINUTE));
    }

    private boolean isNoted() {
        return world.ensemble.children("/test/firings").stream()
                .map(name -> (Read.Present) world.ensemble.node("/test/firings/" + name))
                .anyMatch(node -> new String(node.data(), StandardCharsets.UTF_8).contains("\"missed\""));
    }

    @Test
    void oneByHandIsMeasuredFromItsRequest() {
        World.Process a = start("a", orders());
        a.duration = Duration.ofSeconds(40);
        Instant asked = world.time.now();
        a.engine.operations().trigger(io.elasticjob.TriggerRequest.of("orders").by(new Operator("ann", "")));
        world.time.passUntil(asked.plusSeconds(38));

        assertThat(told())
                .singleElement()
                .satisfies(event -> assertThat(event.firing()).isEqualTo(new Firing.Triggered(0)));
    }

    @Test
    void aDeadlineThatIsSetWhileAFiringRunsHoldsForIt() {
        JobDefinition without = JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .set(JobKey.RECORD_FIRINGS, "true")
                .build();
        World.Process a = start("a", without);
        a.duration = Duration.ofSeconds(50);
        world.time.passUntil(MINUTE.plusSeconds(2));
        a.engine.operations().configure("orders", Map.of(JobKey.FIRING_DEADLINE, "15s"), Operator.UNKNOWN);
        world.time.passUntil(MINUTE.plusSeconds(26));

        assertThat(told()).containsExactly(missed(MINUTE));
    }

    @Test
    void explainSaysSoUntilItHasEnded() {
        World.Process a = start("a", orders());
        a.duration = Duration.ofSeconds(40);
        world.time.passUntil(MINUTE.plusSeconds(26));

        assertThat(findings(a))
                .contains("DEADLINE_MISSED Firing 2026-01-01T00:01:00Z has not ended by its deadline,"
                        + " 2026-01-01T00:01:15Z");

        world.time.passUntil(MINUTE.plusSeconds(45));
        assertThat(findings(a)).noneMatch(finding -> finding.startsWith("DEADLINE_MISSED"));
    }

    private List<String> findings(World.Process process) {
        JobDetail detail = process.detail("orders").orElseThrow();
        Situation situation = new Situation(
                new Situation.Job(
                        detail.job().stored(),
                        detail.job().definition(),
                        null,
                        detail.job().standing()),
                new Situation.Instances(new TreeSet<>(detail.job().eligible()), Map.of(), new TreeMap<>()),
                detail.shards().stream()
                        .map(shard -> new Situation.Shard(
                                shard.shard(), shard.assignee(), shard.record(), shard.unreadable(), false))
                        .toList(),
                new TreeSet<>(),
                List.of(),
                detail.firings());
        Explanation.Observer observer =
                new Explanation.Observer("a", null, process.engine.status().clock(), true, null, null);
        return Explanation.now(situation, observer, world.time.now()).stream()
                .map(finding -> finding.code() + " " + finding.text())
                .toList();
    }
}
