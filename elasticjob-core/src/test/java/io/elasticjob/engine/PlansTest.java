package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent.PlanEnded;
import io.elasticjob.ElasticJobEvent.ValueUnreadable;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.PlanStatus;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Firings by hand that are to come, in virtual time. */
class PlansTest {

    private static final Operator ANN = new Operator("ann", "month end");

    private final World world = new World();

    private static JobDefinition.Builder hourly() {
        return JobDefinition.named("orders").every(Duration.ofHours(1));
    }

    private static JobDefinition byHand() {
        return JobDefinition.named("orders").shards(2).build();
    }

    private static TriggerRequest trigger() {
        return TriggerRequest.of("orders").by(ANN);
    }

    private PlanStatus plan(Process at, PlanRequest request) {
        PlanStatus stored = world.now(at.engine.operations().plan(request));
        world.settle();
        return stored;
    }

    private List<Ledger.Entry> runs() {
        return world.ledger.entries();
    }

    private List<PlanStatus> plans(Process at) {
        return at.detail("orders").orElseThrow().plans();
    }

    @Test
    void aDelayedTriggerRunsEachShardOnceWhenItsTimeHasCome() {
        Process a = world.start("a", byHand());
        PlanStatus stored = plan(a, PlanRequest.after(Duration.ofSeconds(30), trigger()));
        assertThat(plans(a)).containsExactly(stored);
        world.seconds(28);
        assertThat(runs()).isEmpty();
        world.seconds(5);

        assertThat(runs()).extracting(run -> run.id.shard()).containsExactlyInAnyOrder(0, 1);
        assertThat(plans(a)).isEmpty();
        world.seconds(60);
        assertThat(runs()).hasSize(2);
    }

    @Test
    void itIsCarriedOutThoughWhoAskedAndWhoLedAreDead() {
        Process a = world.start("a", byHand());
        Process b = world.start("b", byHand());
        Instant at = world.time.now().plusSeconds(40);
        PlanStatus stored = plan(a, PlanRequest.notBefore(at, trigger()));
        assertThat(stored.notBefore()).isEqualTo(at);
        a.kill();
        world.seconds(90);

        assertThat(runs()).hasSize(2).allSatisfy(run -> {
            assertThat(run.process).isEqualTo("b");
            assertThat(run.started).isAfterOrEqualTo(at.minusSeconds(1));
        });
        assertThat(b.events(PlanEnded.class)).isEmpty();
    }

    @Test
    void untilThenItCanBeCancelledAnywhere() {
        Process a = world.start("a", byHand());
        Process b = world.start("b", byHand());
        PlanStatus stored = plan(a, PlanRequest.after(Duration.ofSeconds(20), trigger()));

        assertThat(world.now(b.engine.operations().cancelPlan("orders", stored.id(), ANN)))
                .isTrue();
        assertThat(world.now(b.engine.operations().cancelPlan("orders", stored.id(), ANN)))
                .isFalse();
        world.seconds(60);
        assertThat(runs()).isEmpty();
        assertThat(plans(a)).isEmpty();
    }

    @Test
    void onesThatNobodyCanReadCanBeCancelled() {
        Process a = world.start("a", byHand());
        for (String written : List.of("rubbish", "{\"format\":99}", "{\"format\":2}", "")) {
            PlanStatus stored = plan(a, PlanRequest.after(Duration.ofHours(1), trigger()));
            String path = "/test/planned/"
                    + world.ensemble.children("/test/planned").iterator().next();
            world.overwrite(path, written);
            world.seconds(1);

            assertThat(world.now(a.engine.operations().cancelPlan("orders", stored.id(), ANN)))
                    .as(written)
                    .isTrue();
            assertThat(world.ensemble.children("/test/planned")).isEmpty();
        }
        world.seconds(7200);
        assertThat(runs()).isEmpty();
    }

    @Test
    void whatTheLeaderIsAboutToMakeOfACancelledOneMakesNothingOfAnotherOfItsId() {
        Process a = world.start("a", byHand());
        Process b = world.start("b", byHand());
        plan(
                a,
                PlanRequest.after(
                        Duration.ofSeconds(20), trigger().withId("month-end").withParameter("old")));
        world.seconds(18);
        a.holding = true;
        world.seconds(4); // the trigger is made by what is under way
        world.now(b.engine.operations().cancelPlan("orders", "month-end", ANN));
        world.settle();
        plan(
                b,
                PlanRequest.after(
                        Duration.ofSeconds(30), trigger().withId("month-end").withParameter("new")));
        a.release();
        world.seconds(10);
        assertThat(runs()).isEmpty();
        assertThat(plans(b)).extracting(PlanStatus::id).containsExactly("month-end");
        world.seconds(60);

        assertThat(runs())
                .hasSize(2)
                .allSatisfy(run -> assertThat(run.context.jobParameter()).isEqualTo("new"));
        assertThat(plans(a)).isEmpty();
        assertThat(world.ensemble.children("/test/planned")).isEmpty();
    }

    @Test
    void aBackfillThatWasCancelledDoesNotGoOnInAnotherOfItsId() {
        Process a = world.start("a", hourly().build());
        Process b = world.start("b", hourly().build());
        Instant to = world.time.now().minusSeconds(7200);
        world.now(a.engine.operations().disable("orders", JobPart.WHOLE_JOB, ANN));
        plan(
                a,
                PlanRequest.backfill(
                        to.minus(Duration.ofHours(3)), to, trigger().withId("again")));
        world.seconds(5);
        a.holding = true;
        world.now(b.engine.operations().enable("orders", JobPart.WHOLE_JOB, ANN));
        world.seconds(3);
        world.now(b.engine.operations().cancelPlan("orders", "again", ANN));
        world.settle();
        Instant later = to.plus(Duration.ofHours(1));
        PlanStatus other = plan(
                b,
                PlanRequest.backfill(
                        later.minus(Duration.ofHours(1)), later, trigger().withId("again")));
        a.release();
        world.seconds(60);

        assertThat(runs().stream().filter(run -> run.context.trigger().isPresent()))
                .extracting(run -> run.fireTime)
                .containsExactlyElementsOf(other.fireTimes());
    }

    @Test
    void theSameRequestIsStoredOnce() {
        Process a = world.start("a", byHand());
        PlanRequest request =
                PlanRequest.after(Duration.ofSeconds(20), trigger().withId("month-end"));
        PlanStatus first = plan(a, request);

        assertThat(plan(a, request).requestedAt()).isEqualTo(first.requestedAt());
        assertThatThrownBy(() -> plan(
                        a,
                        PlanRequest.after(
                                Duration.ofSeconds(20),
                                trigger().withId("month-end").withForce(true))))
                .hasCauseInstanceOf(OperationRefusedException.class);
        world.seconds(60);
        assertThat(runs()).hasSize(2);
    }

    @Test
    void aDisabledJobRunsItWhenItIsEnabled() {
        Process a = world.start("a", byHand());
        world.now(a.engine.operations().disable("orders", JobPart.WHOLE_JOB, ANN));
        plan(a, PlanRequest.after(Duration.ofSeconds(5), trigger()));
        world.seconds(30);
        assertThat(runs()).isEmpty();
        assertThat(plans(a)).hasSize(1);
        world.now(a.engine.operations().enable("orders", JobPart.WHOLE_JOB, ANN));
        world.seconds(5);

        assertThat(runs()).hasSize(2);
    }

    @Test
    void aBackfillRunsEachFireTimeOnceInOrderWithItsInterval() {
        Process a = world.start("a", hourly().build());
        Instant to = world.time.now().minusSeconds(7200);
        PlanStatus stored = plan(a, PlanRequest.backfill(to.minus(Duration.ofHours(3)), to, trigger()));
        world.seconds(30);

        List<Instant> fireTimes = stored.fireTimes();
        assertThat(fireTimes).hasSizeBetween(3, 4);
        assertThat(runs()).extracting(run -> run.fireTime).containsExactlyElementsOf(fireTimes);
        assertThat(runs())
                .allSatisfy(run ->
                        assertThat(run.context.intervalStart()).contains(run.fireTime.minus(Duration.ofHours(1))));
        assertThat(a.events(PlanEnded.class))
                .containsExactly(
                        new PlanEnded("orders", stored.id(), fireTimes.size(), fireTimes.size(), "all of it has run"));
        assertThat(plans(a)).isEmpty();
    }

    @Test
    void aBackfillGoesOnUnderTheNextLeaderAndRegularFiringsComeBetween() {
        Process a = world.start(
                "a", hourly().set(JobKey.EVERY, "20s").failover(true).build());
        Process b = world.start(
                "b", hourly().set(JobKey.EVERY, "20s").failover(true).build());
        a.duration = Duration.ofSeconds(8);
        b.duration = Duration.ofSeconds(8);
        Instant to = world.time.now().minusSeconds(60);
        PlanStatus stored = plan(a, PlanRequest.backfill(to.minusSeconds(100), to, trigger()));
        world.seconds(20);
        assertThat(plans(b))
                .singleElement()
                .satisfies(plan ->
                        assertThat(plan.begun()).isBetween(1, stored.fireTimes().size() - 1));
        a.kill();
        world.seconds(240);

        List<Instant> backfilled = runs().stream()
                .filter(run -> run.ended != null && run.context.trigger().isPresent())
                .map(run -> run.fireTime)
                .distinct()
                .toList();
        assertThat(backfilled).containsExactlyElementsOf(stored.fireTimes());
        assertThat(runs().stream().filter(run -> run.context.trigger().isEmpty()))
                .as("regular firings meanwhile")
                .hasSizeGreaterThan(5);
    }

    @Test
    void aRegularFiringTellsTheFireTimeBeforeIt() {
        world.start("a", hourly().set(JobKey.EVERY, "20s").build());
        world.seconds(45);

        assertThat(runs())
                .isNotEmpty()
                .allSatisfy(run -> assertThat(run.context.intervalStart()).contains(run.fireTime.minusSeconds(20)));
    }

    @Test
    void whatCannotBeCarriedOutIsRefused() {
        Process a = world.start("a", hourly().set(JobKey.EVERY, "1s").build());
        Instant now = world.time.now();

        assertThatThrownBy(() -> plan(a, PlanRequest.backfill(now.minusSeconds(2000), now.minusSeconds(1), trigger())))
                .cause()
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("more than 1000 fire times");
        assertThatThrownBy(() -> plan(a, PlanRequest.backfill(now, now.plusSeconds(60), trigger())))
                .cause()
                .hasMessageContaining("must be past");
        assertThatThrownBy(() -> plan(a, PlanRequest.notBefore(now.plus(Duration.ofDays(400)), trigger())))
                .cause()
                .hasMessageContaining("must be within 366 days");
        assertThatThrownBy(() -> plan(
                        a, PlanRequest.after(Duration.ofSeconds(1), trigger().withShards(new TreeSet<>(List.of(9))))))
                .cause()
                .hasMessageContaining("names shard 9");
        assertThat(plans(a)).isEmpty();
    }

    @Test
    void whatNobodyCouldReadAgainIsRefused() {
        Instant tooEarly = Instant.EPOCH.minusMillis(1);
        assertThatThrownBy(() -> PlanRequest.notBefore(tooEarly, trigger()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("notBefore")
                .hasMessageContaining("must not be before 1970");
        assertThatThrownBy(() -> PlanRequest.notBefore(Instant.MIN, trigger()))
                .isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> PlanRequest.backfill(tooEarly, Instant.EPOCH, trigger()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("from");

        Process a = world.start("a", hourly().set(JobKey.EVERY, "1h").build());
        world.seconds(1);
        plan(a, PlanRequest.backfill(Instant.EPOCH, Instant.EPOCH.plusSeconds(3600), trigger()));
        world.seconds(1);
        assertThat(a.events(ValueUnreadable.class)).isEmpty();
        world.seconds(30);
        assertThat(runs())
                .filteredOn(run -> run.fireTime.isBefore(Instant.EPOCH.plusSeconds(7200)))
                .isNotEmpty();
    }
}
