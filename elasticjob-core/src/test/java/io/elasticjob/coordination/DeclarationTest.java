package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeclarationTest {

    private static final Declaration.Declarer ME = new Declaration.Declarer("shop", "me", 10);
    private static final Instant MONDAY = Instant.parse("2026-03-02T00:00:00Z");
    private static final Instant TUESDAY = Instant.parse("2026-03-03T00:00:00Z");
    private static final JobDefinition EVERY_FIVE = every(5).build();

    @Test
    void aJobThatIsNotThereIsCreatedAndBeginsNow() {
        Declaration decision = decide(EVERY_FIVE, null, instance("me", "shop", 10));

        assertThat(decision).isEqualTo(new Declaration.Create(StoredJob.declared(EVERY_FIVE, "shop", TUESDAY)));
        assertThat(((Declaration.Create) decision).job().since()).isEqualTo(TUESDAY);
    }

    @Test
    void aRedeploymentOfTheSameLeavesItAlone() {
        assertThat(decide(EVERY_FIVE, stored(EVERY_FIVE), instance("me", "shop", 10)))
                .isEqualTo(new Declaration.Keep());
    }

    @Test
    void aJobThatIsMarkedAsNobodysIsDeclaredAgainAndGoesOn() {
        StoredJob stored = stored(EVERY_FIVE);
        assertThat(decide(EVERY_FIVE, stored.undeclared(MONDAY), instance("me", "shop", 10)))
                .isEqualTo(new Declaration.Replace(stored));
    }

    @Test
    void theWordOfTheInstanceThatStartedLastCounts() {
        JobDefinition changed = every(7).build();

        assertThat(decide(changed, stored(EVERY_FIVE), instance("me", "shop", 10), instance("older", "shop", 9)))
                .isInstanceOf(Declaration.Replace.class);
        assertThat(decide(changed, stored(EVERY_FIVE), instance("me", "shop", 10), instance("younger", "shop", 11)))
                .isEqualTo(new Declaration.Keep());
        assertThat(decide(changed, null, instance("me", "shop", 10), instance("younger", "shop", 11)))
                .isEqualTo(new Declaration.Keep());
    }

    /** As after a loss of data, when transaction ids are given again. */
    @Test
    void ofTwoThatStartedUnderTheSameTransactionIdOneHasTheLastWordAndNotBoth() {
        JobDefinition changed = every(7).build();

        assertThat(decide(changed, stored(EVERY_FIVE), instance("me", "shop", 10), instance("her", "shop", 10)))
                .isInstanceOf(Declaration.Replace.class);
        assertThat(decide(changed, stored(EVERY_FIVE), instance("me", "shop", 10), instance("she", "shop", 10)))
                .isEqualTo(new Declaration.Keep());
    }

    @Test
    void aChangedScheduleBeginsAnewAndAnotherKeyDoesNot() {
        assertThat(replaced(every(7).build()).since()).isEqualTo(TUESDAY);
        assertThat(replaced(every(5).set(JobKey.JOB_PARAMETER, "x").build()).since())
                .isEqualTo(MONDAY);
    }

    @Test
    void anEnabledJobBeginsAnewAndADisabledOneDoesNot() {
        JobDefinition disabled = every(5).set(JobKey.ENABLED, "false").build();

        assertThat(replaced(disabled).since()).isEqualTo(MONDAY);
        assertThat(stored(disabled)
                        .redeclared(EVERY_FIVE, "shop", TUESDAY, Duration.ZERO)
                        .since())
                .isEqualTo(TUESDAY);
    }

    @Test
    void anotherNumberOfShardsHoldsFromTheFirstFireTimeAfterTheChange() {
        ShardCount count = replaced(every(5).shards(3).build()).shardCount();

        assertThat(count).isEqualTo(ShardCount.always(1).changed(3, TUESDAY.plusSeconds(5)));
        assertThat(count.at(TUESDAY)).isEqualTo(1);
        assertThat(count.at(TUESDAY.plusSeconds(5))).isEqualTo(3);
        assertThat(count.largest()).isEqualTo(3);
    }

    @Test
    void aNumberOfShardsHoldsFromTheFirstFireTimeThatNobodyCanHaveBegun() {
        Duration tolerance = Duration.ofSeconds(12);
        StoredJob next = stored(every(5).build()).redeclared(every(5).shards(3).build(), "shop", TUESDAY, tolerance);

        assertThat(next.shardCount().at(TUESDAY.plusSeconds(10))).isEqualTo(1);
        assertThat(next.shardCount().at(TUESDAY.plusSeconds(15))).isEqualTo(3);
    }

    @Test
    void aNameThatALiveInstanceOfAnotherApplicationDeclaresIsRefused() {
        assertThat(decide(
                        EVERY_FIVE,
                        stored(EVERY_FIVE, "billing"),
                        instance("me", "shop", 10),
                        instance("b", "billing", 3)))
                .isInstanceOfSatisfying(
                        Declaration.Refuse.class,
                        refuse ->
                                assertThat(refuse.reason()).contains("billing").contains("elasticjob.namespace"));
    }

    @Test
    void aJobWhoseApplicationIsAwayStaysItsOwn() {
        assertThat(decide(EVERY_FIVE, stored(EVERY_FIVE, "billing"), instance("me", "shop", 10)))
                .isInstanceOfSatisfying(
                        Declaration.Refuse.class,
                        refuse -> assertThat(refuse.reason())
                                .contains("belongs to the application \"billing\"")
                                .contains("transfer the job to \"shop\""));
    }

    @Test
    void aJobWhoseApplicationWasSeenToBeAbsentForLongIsTakenOver() {
        StoredJob theirs = stored(EVERY_FIVE, "billing");
        assertThat(decideWhereTheOwnerIsGone(theirs, instance("me", "shop", 10)))
                .isInstanceOfSatisfying(
                        Declaration.Replace.class,
                        replace -> assertThat(replace.job().application()).isEqualTo("shop"));
        assertThat(decideWhereTheOwnerIsGone(theirs, instance("me", "shop", 10), instance("b", "billing", 3)))
                .as("it has come back")
                .isInstanceOf(Declaration.Refuse.class);
    }

    @Test
    void aJobThatAnOperatorHasTransferredIsTheOthersWhoeverLives() {
        StoredJob transferred = stored(EVERY_FIVE, "billing").transferred("shop");

        assertThat(decide(every(7).build(), transferred, instance("me", "shop", 10), instance("b", "billing", 3)))
                .isInstanceOf(Declaration.Replace.class);
        assertThat(Declaration.decide(
                        EVERY_FIVE,
                        new Declaration.Declarer("billing", "b", 3),
                        transferred,
                        List.of(instance("me", "shop", 10), instance("b", "billing", 3)),
                        Declaration.Owner.EXPECTED,
                        TUESDAY,
                        Duration.ZERO))
                .isInstanceOf(Declaration.Refuse.class);
    }

    private static Declaration decideWhereTheOwnerIsGone(StoredJob stored, Instance... live) {
        return Declaration.decide(
                EVERY_FIVE, ME, stored, List.of(live), Declaration.Owner.GONE, TUESDAY, Duration.ZERO);
    }

    @Test
    void overridesSurviveADeclarationAndWinOverIt() {
        StoredJob overridden = new StoredJob(
                "orders",
                new StoredJob.Settings(
                        "shop",
                        EVERY_FIVE.settings(),
                        Map.of(JobKey.EVERY, new StoredJob.Override("1h", "ann", MONDAY, "quiet"))),
                MONDAY,
                ShardCount.always(1));

        StoredJob next = overridden.redeclared(every(7).build(), "shop", TUESDAY, Duration.ZERO);

        assertThat(next.effective().schedule()).isEqualTo(io.elasticjob.schedule.Schedule.every(Duration.ofHours(1)));
        assertThat(next.since()).as("the effective schedule did not change").isEqualTo(MONDAY);
    }

    private static StoredJob replaced(JobDefinition next) {
        return ((Declaration.Replace) decide(next, stored(EVERY_FIVE), instance("me", "shop", 10))).job();
    }

    private static Declaration decide(JobDefinition mine, StoredJob stored, Instance... live) {
        return Declaration.decide(mine, ME, stored, List.of(live), Declaration.Owner.EXPECTED, TUESDAY, Duration.ZERO);
    }

    private static JobDefinition.Builder every(int seconds) {
        return JobDefinition.named("orders").every(Duration.ofSeconds(seconds));
    }

    private static StoredJob stored(JobDefinition definition) {
        return stored(definition, "shop");
    }

    private static StoredJob stored(JobDefinition definition, String application) {
        return StoredJob.declared(definition, application, MONDAY);
    }

    private static Instance instance(String id, String application, long order) {
        return new Instance(
                id,
                id,
                application,
                Map.of(),
                new Instance.Process("host", 1, order, MONDAY, ""),
                new Instance.Repertoire(Set.of("orders"), Set.of("orders"), Set.of()),
                Instance.Availability.UP);
    }
}
