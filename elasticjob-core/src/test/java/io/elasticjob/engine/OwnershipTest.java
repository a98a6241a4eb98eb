package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.World.Process;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whose job it is, whose name it is, and whose word holds, in virtual time. */
class OwnershipTest {

    private static final Operator ANN = new Operator("ann", "incident 7");
    private static final JobDefinition ORDERS = every(60);
    private static final JobDefinition THEIRS = every(7);

    private final World world = new World();

    @Test
    void whileTheOnlyInstanceOfItsApplicationRestartsTheJobStaysItsOwn() {
        Process owner = world.startOf("shop", "a", ORDERS);
        Process other = world.startOf("mail", "b", THEIRS);
        assertThat(other.events(ElasticJobEvent.JobRefused.class)).hasSize(1);
        owner.leave();
        world.time.pass(Duration.ofMinutes(10));
        assertThat(stored(other).application()).isEqualTo("shop");
        assertThat(world.runs("orders")).as("it pauses meanwhile").isZero();
        assertThat(other.events(ElasticJobEvent.JobRefused.class))
                .last()
                .satisfies(refused -> assertThat(refused.reason()).contains("no live instance declares it at present"));

        Process again = world.startOf("shop", "c", ORDERS);
        world.time.pass(Duration.ofMinutes(3));
        assertThat(stored(again).declared().get(JobKey.EVERY).value()).isEqualTo("PT1M");
        assertThat(again.events(ElasticJobEvent.JobRefused.class)).isEmpty();
        assertThat(world.ledger.entries()).isNotEmpty().allMatch(entry -> entry.process.equals("c"));
    }

    @Test
    void whoHasSeenTheOwnerAbsentForADayTakesTheJob() {
        world.startOf("shop", "a", ORDERS).leave();
        Process other = world.startOf("mail", "b", THEIRS);
        world.time.pass(Duration.ofHours(23));
        assertThat(stored(other).application()).isEqualTo("shop");

        world.time.pass(Duration.ofMinutes(61));
        assertThat(stored(other).application()).isEqualTo("mail");
        assertThat(world.runs("orders")).isPositive();
    }

    @Test
    void theDayBeginsAnewWhenTheOwnerWasThereAndWhenWhoeverWaitsIsStartedAnew() {
        world.startOf("shop", "a", ORDERS).leave();
        Process other = world.startOf("mail", "b", THEIRS);
        world.time.pass(Duration.ofHours(20));
        world.startOf("shop", "c", ORDERS).leave();
        world.time.pass(Duration.ofHours(20));
        other.leave();
        Process next = world.startOf("mail", "d", THEIRS);
        world.time.pass(Duration.ofHours(20));

        assertThat(stored(next).application()).isEqualTo("shop");
    }

    @Test
    void timeThatNobodyCouldSeeDoesNotCount() {
        world.startOf("shop", "a", ORDERS).leave();
        Process other = world.startOf("mail", "b", THEIRS);
        world.time.pass(Duration.ofHours(12));
        other.registry.link().cut();
        world.time.pass(Duration.ofHours(20));
        other.registry.link().heal();
        world.time.pass(Duration.ofHours(11));
        assertThat(stored(other).application()).isEqualTo("shop");

        world.time.pass(Duration.ofHours(2));
        assertThat(stored(other).application()).isEqualTo("mail");
    }

    @Test
    void anOperatorTransfersAJobWithAllThatWasSetOfIt() {
        Process owner = world.startOf("shop", "a", ORDERS);
        Process other = world.startOf("mail", "b", THEIRS);
        world.now(owner.engine.operations().configure("orders", Map.of(JobKey.FAILOVER, "true"), ANN));
        world.now(owner.engine.operations().transfer("orders", "mail", ANN));
        world.settle();
        StoredJob job = stored(owner);
        assertThat(job.application()).isEqualTo("mail");
        assertThat(job.declared().get(JobKey.EVERY).value()).isEqualTo("PT7S");
        assertThat(job.overrides()).containsOnlyKeys(JobKey.FAILOVER);
        world.seconds(30);
        assertThat(world.ledger.entries()).isNotEmpty().allMatch(entry -> entry.process.equals("b"));
        assertThat(owner.events(ElasticJobEvent.JobRefused.class)).hasSize(1);
        assertThat(owner.events(ElasticJobEvent.JobChanged.class))
                .last()
                .satisfies(changed -> assertThat(changed.what()).isEqualTo("transferred to mail"));

        world.now(other.engine.operations().transfer("orders", "mail", ANN));
        assertThatThrownBy(() -> world.now(other.engine.operations().transfer("orders", "mial", ANN)))
                .hasCauseInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("no live instance that declares orders; there are mail, shop");
        world.now(other.engine.operations().create("made", Map.of(JobKey.HANDLER, "orders"), ANN));
        assertThatThrownBy(() -> world.now(other.engine.operations().transfer("made", "", ANN)))
                .hasCauseInstanceOf(OperationRefusedException.class);
    }

    @Test
    void whatIsDeployedAndDoesNotHoldIsToldOnceAtTheStart() {
        Process first = world.start("a", ORDERS);
        world.now(first.engine.operations().configure("orders", Map.of(JobKey.EVERY, "30s"), ANN));
        world.now(first.engine.operations().configure("orders", Map.of(JobKey.JOB_PARAMETER, "hunter2"), ANN));
        Process next = world.start("b", every(10));
        world.seconds(30);

        assertThat(first.events(ElasticJobEvent.DeclarationHidden.class)).isEmpty();
        assertThat(next.events(ElasticJobEvent.DeclarationHidden.class))
                .hasSize(2)
                .anySatisfy(hidden -> {
                    assertThat(hidden.job()).isEqualTo("orders");
                    assertThat(hidden.declared()).isEqualTo("every=PT10S");
                    assertThat(hidden.overriding()).isEqualTo("every=30s");
                    assertThat(hidden.who()).isEqualTo("ann");
                    assertThat(hidden.why()).isEqualTo("incident 7");
                })
                .noneMatch(hidden -> hidden.toString().contains("hunter2"));
    }

    @Test
    void twoProcessesOfOneNameAreToldAndOneThatWasStartedAnewIsNot() {
        Process dead = world.launch("till", Duration.ZERO, rules -> rules.instanceIds(() -> "till.1"), ORDERS);
        world.settle();
        dead.kill();
        Process again = world.launch("till", Duration.ofMillis(1), rules -> rules.instanceIds(() -> "till.2"), ORDERS);
        world.seconds(60);
        assertThat(again.events(ElasticJobEvent.NameShared.class)).isEmpty();

        Process twin = world.launch("till", Duration.ofMillis(2), rules -> rules.instanceIds(() -> "till.3"), ORDERS);
        Process bystander = world.start("b", ORDERS);
        world.seconds(60);
        assertThat(again.events(ElasticJobEvent.NameShared.class))
                .singleElement()
                .satisfies(shared -> {
                    assertThat(shared.name()).isEqualTo("till");
                    assertThat(shared.instances()).containsExactly("till.2", "till.3");
                });
        assertThat(twin.events(ElasticJobEvent.NameShared.class)).hasSize(1);
        assertThat(bystander.events(ElasticJobEvent.NameShared.class)).isEmpty();
    }

    private static StoredJob stored(Process through) {
        return through.view().jobs().get("orders").stored();
    }

    private static JobDefinition every(int seconds) {
        return JobDefinition.named("orders").every(Duration.ofSeconds(seconds)).build();
    }
}
