package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.NamespaceChanges;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has changed, told by any instance to whoever has heard from another one. */
class ChangeLogTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").shards(2).build();
    private static final JobDefinition IDLE = JobDefinition.named("idle").build();
    private static final Operator ANN = new Operator("ann", "incident 7");

    private final World world = new World();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatChangesIsToldOnceByEachInstanceWhicheverHasToldOfTheRest(boolean oldServers) {
        world.oldServers = oldServers;
        Process a = world.start("a", ORDERS, IDLE);
        Process b = world.start("b", ORDERS, IDLE);
        world.settle();
        long begin = known(a);

        world.now(a.engine.operations().disable("idle", JobPart.WHOLE_JOB, ANN));
        world.now(a.engine.operations().create("made", Map.of(JobKey.HANDLER, "orders"), ANN));
        world.settle();
        long first = known(a);
        assertThat(changed(a, begin).keySet()).containsExactly("idle", "made");
        assertThat(changed(b, begin).keySet()).containsExactly("idle", "made");
        assertThat(changed(b, oldServers ? known(b) : first))
                .as("of an old server it may be told twice, never not at all")
                .isEmpty();

        world.now(b.engine.operations().remove("made", ANN));
        world.settle();
        long second = known(b);
        for (Process one : List.of(a, b)) {
            assertThat(changed(one, first)).containsKey("made").hasSizeLessThanOrEqualTo(oldServers ? 2 : 1);
            assertThat(changed(one, oldServers ? known(one) : second)).isEmpty();
            assertThat(one.view().asOf())
                    .as("what it shows goes as far")
                    .isEqualTo(since(one, 0).at());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void instancesThatComeAndGoAreTold(boolean oldServers) {
        world.oldServers = oldServers;
        Process a = world.start("a", IDLE);
        Process b = world.start("b", IDLE);
        world.settle();
        long begin = known(a);
        world.settle();
        assertThat(since(a, begin).roster()).isZero();

        b.leave();
        world.seconds(2);
        known(a);
        assertThat(since(a, begin).roster()).isGreaterThan(begin);
        long after = known(a);
        assertThat(since(a, after).roster()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void triggersAreToldWhileSomebodyAsks(boolean oldServers) {
        world.oldServers = oldServers;
        Process a = world.start("a", ORDERS);
        world.settle();
        long begin = known(a);
        a.duration = Duration.ofSeconds(5);

        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.settle();
        long running = known(a);
        assertThat(since(a, begin).triggered()).containsOnlyKeys("orders");

        world.seconds(8);
        known(a);
        assertThat(since(a, running).triggered()).as("it is done").containsOnlyKeys("orders");
    }

    @Test
    void aRecordTellsWhichTransactionChangedItAndHowFarWhatWasReadGoes() {
        Process a = world.start("a", ORDERS);
        world.settle();
        long begin = known(a);
        assertThat(a.detail("orders").orElseThrow().modified()).isLessThanOrEqualTo(begin);

        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.seconds(2);
        JobDetail ran = a.detail("orders").orElseThrow();
        assertThat(ran.modified()).isGreaterThan(begin).isLessThanOrEqualTo(ran.asOf());
    }

    @Test
    void anInstanceThatDoesNotRememberSaysSo() {
        Process a = world.start("a", IDLE);
        world.settle();
        long begin = known(a);
        world.now(a.engine.operations().disable("idle", JobPart.WHOLE_JOB, ANN));
        world.settle();

        Process late = world.start("late", IDLE);
        world.settle();
        assertThat(since(late, begin).remembers(begin)).isFalse();
        assertThat(since(a, begin).remembers(begin)).isTrue();
        assertThat(since(late, known(late)).remembers(known(late))).isTrue();
    }

    @Test
    void whatIsBeyondTheBoundIsForgottenAndSaid() {
        Process a = world.start("a", IDLE);
        world.settle();
        long begin = known(a);
        for (int i = 0; i < 3; i++) {
            Set<String> names = new TreeSet<>(IntStream.range(i * 4000, i * 4000 + 4000)
                    .mapToObj(number -> "made-" + number)
                    .toList());
            names.forEach(name -> a.engine.operations().create(name, Map.of(JobKey.HANDLER, "idle"), ANN));
            world.seconds(20);
        }
        NamespaceChanges told = since(a, begin);
        assertThat(told.jobs()).hasSize(ChangeLog.MOST);
        assertThat(told.remembers(begin)).isFalse();
        assertThat(told.remembers(told.floor().changes())).isTrue();
    }

    @Test
    void whatHappenedWhileTheConnectionWasAwayIsReadAgainByAll() {
        Process a = world.start("a", IDLE);
        Process b = world.start("b", IDLE);
        world.settle();
        long begin = known(b);
        b.registry.link().cut();
        world.now(a.engine.operations().disable("idle", JobPart.WHOLE_JOB, ANN));
        world.settle();
        assertThat(since(b, begin).jobs()).as("it cannot tell").isEmpty();

        b.registry.link().heal();
        world.seconds(3);
        assertThat(since(b, begin).remembers(begin)).isFalse();
        assertThat(b.view().jobs().get("idle").effective().orElseThrow().enabled())
                .isFalse();
    }

    private Map<String, Long> changed(Process at, long after) {
        known(at);
        return since(at, after).jobs();
    }

    private NamespaceChanges since(Process at, long after) {
        return world.now(at.engine.changes(after));
    }

    /** Up to where it knows all, once it had time to find that out. */
    private long known(Process at) {
        since(at, Long.MAX_VALUE - 1);
        world.seconds(1);
        since(at, Long.MAX_VALUE - 1);
        world.seconds(1);
        return since(at, 0).at();
    }
}
