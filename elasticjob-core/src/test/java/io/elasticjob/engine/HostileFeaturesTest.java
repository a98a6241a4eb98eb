package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.PlanRequest;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What somebody writes over the nodes of limits, homes, firings, joins, plans and cancels costs no other job. */
class HostileFeaturesTest {

    private static final List<JobDefinition> JOBS = List.of(
            every("bills", 1, Map.of()),
            every("counted", 1, Map.of(JobKey.MAX_CONCURRENT_SHARDS, "1")),
            every("named", 1, Map.of(JobKey.LIMITS, "db")),
            every("homely", 1, Map.of(JobKey.SHARDING_STRATEGY, "static")),
            every("each", 1, Map.of(JobKey.BROADCAST, "true")),
            every("orders", 2, Map.of(JobKey.RECORD_FIRINGS, "true")),
            after("left", "orders"),
            after("right", "orders"),
            after("both", "left,right"),
            JobDefinition.named("planned").shards(2).build());

    private final World world = new World();

    private static JobDefinition every(String name, int seconds, Map<JobKey, String> settings) {
        JobDefinition.Builder job = JobDefinition.named(name).every(Duration.ofSeconds(seconds));
        settings.forEach(job::set);
        return settings.containsKey(JobKey.BROADCAST)
                ? job.build()
                : job.shards(2).build();
    }

    private static JobDefinition after(String name, String after) {
        JobDefinition.Builder job =
                JobDefinition.named(name).set(JobKey.RECORD_FIRINGS, "true").set(JobKey.AFTER, after);
        return after.contains(",") ? job.set(JobKey.JOIN, "ALL").build() : job.build();
    }

    private Process start(String name) {
        return world.startWith(
                name,
                builder -> builder.limits(Map.of("db", 2)).homesAfter(Duration.ofSeconds(3)),
                JOBS.toArray(JobDefinition[]::new));
    }

    /** Every node that is there and that an engine reads, but those of jobs, records, triggers and instances. */
    private List<String> nodes() {
        List<String> all = new ArrayList<>();
        for (String folder : List.of("limits", "homes", "firings", "joins", "planned", "cancels")) {
            world.ensemble.children("/test/" + folder).forEach(child -> {
                all.add("/test/" + folder + "/" + child);
                world.ensemble
                        .children("/test/" + folder + "/" + child)
                        .forEach(below -> all.add("/test/" + folder + "/" + child + "/" + below));
            });
        }
        return all;
    }

    static Stream<String> values() {
        return Stream.of(
                "",
                "{'format':99}",
                "{'format':1,'most':9223372036854775807}",
                "{'format':1,'homes':['nobody','../x','']}",
                "{'format':1,'state':'NONE','through':'9999-12-31T23:59:59Z','trigger':9223372036854775807}",
                "{'format':1,'state':'OPEN','firing':'trigger-9999999999','fireTime':'1970-01-01T00:00:00Z','of':10000,"
                        + "'openedAt':'1970-01-01T00:00:00Z'}",
                "{'format':1,'state':'OPENING','firing':'2026-01-01T00:00:02Z','fireTime':'2026-01-01T00:00:02Z','of':2,"
                        + "'openedAt':'2026-01-01T00:00:00Z','by':'gone'}",
                "{'format':1,'waiting':[{'since':'1970-01-01T00:00:00Z','arrived':{'left':{'not':'x'}}}],"
                        + "'done':[{'of':'/','firings':['+','-','']}]}",
                "{'format':1,'request':'','notBefore':'1970-01-01T00:00:00Z','shards':[15000],'who':'a','why':'b'}",
                "{'format':2,'mark':'m','request':'a/b','fireTimes':['9999-12-31T23:59:59Z','1970-01-01T00:00:00Z'],"
                        + "'before':'9999-12-31T23:59:59Z','made':1,'who':'a','why':'b'}");
    }

    private void runsAll(Process one) {
        Instant before = world.time.now();
        world.seconds(8);
        for (JobDefinition job : JOBS) {
            if (!job.name().equals("planned")) {
                assertThat(world.ledger.entries().stream()
                                .filter(run -> run.id.job().equals(job.name()) && run.started.isAfter(before)))
                        .as(job.name())
                        .isNotEmpty();
            }
        }
        assertThat(one.events(ElasticJobEvent.EngineImpaired.class)).isEmpty();
    }

    /** An endless turn in virtual time would block for ever: a slow machine needs a few seconds. */
    @Timeout(300)
    @ParameterizedTest
    @MethodSource("values")
    void whateverIsWrittenOverAnyOfThemTheOthersRun(String stored) {
        Process a = start("a");
        world.now(a.engine.operations().plan(PlanRequest.after(Duration.ofHours(1), TriggerRequest.of("planned"))));
        world.seconds(8);
        runsAll(a);
        byte[] data = stored.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        for (String path : nodes()) {
            if (!(world.ensemble.node(path) instanceof Read.Present before)) {
                continue; // of a shard that has ended meanwhile
            }
            long commits = a.commits;
            world.overwrite(path, data);
            world.seconds(3);
            Instant last = Instant.ofEpochSecond(world.time.now().getEpochSecond());
            assertThat(world.ran("bills", last)).as(path).isEqualTo("a:0 a:1");
            assertThat(a.commits - commits).as("writes because of " + path).isLessThan(300);
            if (world.ensemble.node(path) instanceof Read.Present) {
                world.overwrite(path, before.data());
            }
            world.seconds(2);
        }
        runsAll(a);
        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class))
                .as("each is told once")
                .hasSizeLessThan(40);
    }

    /** Nobody would lead until the session of the owner of the latch ends: what only the leader does would not be done. */
    @Timeout(300)
    @Test
    void aLatchThatIsWrittenOverIsToldAndTheLeaderIsElectedAnew() {
        Process a = start("a");
        Process b = start("b");
        world.seconds(2);
        for (String garbage : List.of("", "rubbish", "b.1", "{'format':99}")) {
            long before = world.runs("planned");
            world.overwrite("/test/leader", garbage);
            world.now(
                    b.engine.operations().plan(PlanRequest.after(Duration.ofSeconds(3), TriggerRequest.of("planned"))));
            world.seconds(8);
            assertThat(world.runs("planned")).as(garbage).isEqualTo(before + 2);
        }
        assertThat(Stream.of(a, b).flatMap(one -> one.events(ElasticJobEvent.ValueUnreadable.class).stream()))
                .hasSize(4)
                .allMatch(told -> told.path().equals("/test/leader"));
        runsAll(a);
    }

    @Timeout(300)
    @Test
    void plansThatSomebodyCreatesByHandCostNoOtherPlan() {
        Process a = start("a");
        world.now(a.engine.operations().plan(PlanRequest.after(Duration.ofSeconds(30), TriggerRequest.of("planned"))));
        String plan = world.ensemble.children("/test/planned").get(0);
        String prefix = "/test/planned/" + plan.substring(0, plan.lastIndexOf('@') + 1);
        Map<String, byte[]> nodes = new LinkedHashMap<>();
        values().forEach(value ->
                nodes.put(prefix + "!" + nodes.size(), value.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
        world.create(nodes);
        world.seconds(60);
        assertThat(world.runs("planned")).isGreaterThanOrEqualTo(2);
        runsAll(a);
    }

    /** As of jobs and lives that there never were, under names that no version gives, and with nodes below them. */
    @Timeout(300)
    @Test
    void nodesThatSomebodyCreatesByHandHoldUpNothing() {
        Process a = start("a");
        world.now(a.engine.operations().plan(PlanRequest.after(Duration.ofHours(1), TriggerRequest.of("planned"))));
        world.seconds(8);
        String life = world.ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith("named@"))
                .findFirst()
                .orElseThrow();
        Map<String, byte[]> nodes = new LinkedHashMap<>();
        for (String folder : List.of("limits", "homes", "firings", "joins", "planned", "cancels", "offers")) {
            if (!(world.ensemble.node("/test/" + folder) instanceof Read.Present)) {
                nodes.put("/test/" + folder, new byte[0]);
            }
            for (String name :
                    List.of("ghost", "ghost@life", "ghost@life@7", "@@", "a@b@c@d", "ghost@life-0000000001", life)) {
                nodes.put("/test/" + folder + "/" + name, "rubbish".getBytes(StandardCharsets.UTF_8));
                nodes.put("/test/" + folder + "/" + name + "/below", new byte[0]);
            }
        }
        for (String limit : List.of(
                "db",
                world.ensemble.children("/test/limits").stream()
                        .filter(name -> name.startsWith("counted@"))
                        .findFirst()
                        .orElseThrow())) {
            for (String below : List.of(
                    "ghost@life@0",
                    life + "@99",
                    life + "@99999",
                    "wait@1@2@3@ghost@life@0",
                    "wait@9@0@1@" + life + "@99",
                    "x")) {
                nodes.put("/test/limits/" + limit + "/" + below, new byte[0]);
            }
        }
        world.create(nodes);
        long commits = a.commits;
        world.seconds(90);
        assertThat(a.commits - commits).isLessThan(90 * 60);
        runsAll(a);
    }
}
