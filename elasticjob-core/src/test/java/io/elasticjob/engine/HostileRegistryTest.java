package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.engine.World.Process;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody writes to the registry what nobody should: his node suffers, and is put right where it can be. */
class HostileRegistryTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(2).build();
    private static final JobDefinition BILLS =
            JobDefinition.named("bills").every(Duration.ofSeconds(1)).shards(2).build();

    private final World world = new World();

    private void bothJobsRunAgain() {
        world.seconds(4);
        Instant last = Instant.ofEpochSecond(world.time.now().getEpochSecond());
        assertThat(world.ran("bills", last)).isEqualTo("a:0 a:1");
        assertThat(world.ran("orders", last)).isEqualTo("a:0 a:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'format':1,'application':'shop','since':'2026-01-01T00:00:00Z','shards':{'count':2000000000}}",
                "{'format':1,'application':'shop','since':'+1000000000-12-31T23:59:59Z','shards':{'count':2}}",
                "{'format':1,'application':'shop','since':'-1000000000-01-01T00:00:00Z','shards':{'count':2}}",
                "{'format':1,'application':'shop','since':'2026-01-01T00:00:00Z','shards':{'count':2},'declared':{'CODE':{'every':'1s',"
                        + "'shardingTotalCount':'2000000000'}}}",
                "{'format':1,'application':'shop','since':'2026-01-01T00:00:00Z','shards':{'count':2},'declared':{'CODE':{'every':'1s',"
                        + "'misfireThreshold':'PT2562047788015215H'}}}",
                "{'format':1,'application':'[[[[[','since':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            })
    void aJobThatIsAbsurdIsDeclaredAnewAndTheOthersRun(String stored) {
        Process a = world.start("a", ORDERS, BILLS);
        world.seconds(1);
        world.overwrite("/test/jobs/orders", stored.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        bothJobsRunAgain();
        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'../jobs/orders'}",
                "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'a\u0000b'}",
                "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'','attempt':1}",
                "{'format':1,'state':'RUNNING','firing':'+1000000000-12-31T23:59:59Z','owner':'gone'}",
                "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'gone','attempt':2147483647}",
                "{'format':1,'state':'DONE','through':'+1000000000-12-31T23:59:59Z'}",
                "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'gone','attempt':-5,'deaths':-5}",
            })
    void aRecordThatIsAbsurdIsReplacedAndTheOthersGoOn(String stored) {
        world.start("a", ORDERS, BILLS);
        world.seconds(2);
        String folder = world.ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith("orders@"))
                .findFirst()
                .orElseThrow();
        world.overwrite(
                "/test/shards/" + folder + "/1",
                stored.replace('\'', '"').replace("\u0000", "\\u0000").getBytes(StandardCharsets.UTF_8));
        bothJobsRunAgain();
    }
}
