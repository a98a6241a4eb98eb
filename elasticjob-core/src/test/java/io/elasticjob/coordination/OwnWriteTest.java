package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OwnWriteTest {

    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:10Z");
    private static final Instant SECOND = FIRST.plusSeconds(10);
    private static final Outcome SUCCEEDED = new Outcome.Succeeded();
    private static final Outcome FAILED = new Outcome.Failed("no");

    private static final ShardRecord BEFORE =
            claimed(ShardRecord.NEW, FIRST.minusSeconds(10), "z.0").completed(FAILED, FIRST.minusSeconds(10), FIRST);
    private static final ShardRecord CLAIM = claimed(BEFORE, FIRST, "a.0");
    private static final ShardRecord END = CLAIM.completed(SUCCEEDED, FIRST, FIRST);
    private static final ShardRecord CLAIM_BY_HAND = byHand(BEFORE, 7, "a.0");
    private static final ShardRecord END_BY_HAND = CLAIM_BY_HAND.completed(SUCCEEDED, null, FIRST);

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource
    void aClaimHoldsAsLongAsItsOwnerRunsThatExecution(String what, ShardRecord found, boolean held) {
        assertThat(new OwnWrite(CLAIM).isHeldIn(found)).isEqualTo(held);
    }

    static Stream<Arguments> aClaimHoldsAsLongAsItsOwnerRunsThatExecution() {
        return Stream.of(
                arguments("as it was written", CLAIM, true),
                arguments("with its token", CLAIM.withToken(5), true),
                arguments("with a checkpoint", CLAIM.withToken(5).withCheckpoint("page 7"), true),
                arguments("further decided", CLAIM.decidedThrough(SECOND), true),
                arguments("no record", ShardRecord.NEW, false),
                arguments("what it was written over", BEFORE, false),
                arguments("given back", CLAIM.givenBack(null), false),
                arguments("its end", END, false),
                arguments("lost", CLAIM.completed(new Outcome.Lost(), FIRST, SECOND), false),
                arguments("taken by another", BEFORE.claimed(new Firing.Scheduled(FIRST), "b.0", 1, 0, FIRST), false),
                arguments("its next attempt", CLAIM.claimed(new Firing.Scheduled(FIRST), "a.0", 2, 0, FIRST), false),
                arguments("its next firing", claimed(CLAIM, SECOND, "a.0"), false),
                arguments("its firing by hand", byHand(CLAIM, 7, "a.0"), false));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource
    void anEndOfUnknownOutcomeWasAppliedIfItIsThereOrWasWrittenOver(String what, ShardRecord found, boolean applied) {
        assertThat(new OwnWrite(END).isAppliedIn(found)).isEqualTo(applied);
    }

    static Stream<Arguments> anEndOfUnknownOutcomeWasAppliedIfItIsThereOrWasWrittenOver() {
        return Stream.of(
                arguments("as it was written", END, true),
                arguments("claimed over it", claimed(END, SECOND, "b.0"), true),
                arguments("claimed by hand over it", byHand(END, 7, "b.0"), true),
                arguments(
                        "ended alike over it", claimed(END, SECOND, "b.0").completed(SUCCEEDED, SECOND, SECOND), true),
                arguments("given back over it", claimed(END, SECOND, "b.0").givenBack(null), true),
                arguments("no record", ShardRecord.NEW, false),
                arguments("what it was to be written over", CLAIM, false),
                arguments("the claim with another checkpoint", CLAIM.withCheckpoint("page 7"), false),
                arguments(
                        "the same firing, run again by another",
                        CLAIM.claimed(new Firing.Scheduled(FIRST), "b.0", 2, 1, SECOND),
                        false),
                arguments(
                        "the same firing, lost, and the next one claimed",
                        claimed(CLAIM.completed(new Outcome.Lost(), FIRST, SECOND), SECOND, "b.0"),
                        false),
                arguments(
                        "the same firing, and another end of the next one",
                        claimed(END, SECOND, "b.0").completed(FAILED, SECOND, SECOND),
                        false),
                arguments(
                        "an end alike of an earlier one",
                        claimed(ShardRecord.NEW, FIRST.minusSeconds(10), "b.0")
                                .completed(SUCCEEDED, FIRST.minusSeconds(10), FIRST),
                        false),
                arguments(
                        "an end alike by hand, and nothing decided by schedule",
                        byHand(ShardRecord.NEW, 7, "b.0").completed(SUCCEEDED, null, FIRST),
                        false));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource
    void anEndByHandWasAppliedOnlyWhereItsTriggerIsDecided(String what, ShardRecord found, boolean applied) {
        assertThat(new OwnWrite(END_BY_HAND).isAppliedIn(found)).isEqualTo(applied);
    }

    static Stream<Arguments> anEndByHandWasAppliedOnlyWhereItsTriggerIsDecided() {
        return Stream.of(
                arguments("as it was written", END_BY_HAND, true),
                arguments("the next one claimed over it", byHand(END_BY_HAND, 8, "b.0"), true),
                arguments("a firing by schedule claimed over it", claimed(END_BY_HAND, SECOND, "b.0"), true),
                arguments("what it was to be written over", CLAIM_BY_HAND, false),
                arguments(
                        "an end alike of the one before",
                        byHand(BEFORE, 6, "b.0").completed(SUCCEEDED, null, FIRST),
                        false),
                arguments(
                        "an end alike by schedule, decided no further by hand",
                        claimed(BEFORE, SECOND, "b.0").completed(SUCCEEDED, SECOND, SECOND),
                        false));
    }

    @Test
    void othersMayTakeWhatRunsUnderTheIdOfAnInstanceThatIsNoMore() {
        OwnWrite claim = new OwnWrite(CLAIM);
        assertThat(claim.mayBeOvertaken("a.0")).isFalse();
        assertThat(claim.mayBeOvertaken("a.1")).isTrue();
        assertThat(claim.mayBeOvertaken(null)).as("while there is no instance").isTrue();
    }

    private static ShardRecord claimed(ShardRecord before, Instant fireTime, String owner) {
        return before.claimed(new Firing.Scheduled(fireTime), owner, 1, 0, fireTime);
    }

    private static ShardRecord byHand(ShardRecord before, long number, String owner) {
        return before.claimed(new Firing.Triggered(number), owner, 1, 0, FIRST);
    }
}
