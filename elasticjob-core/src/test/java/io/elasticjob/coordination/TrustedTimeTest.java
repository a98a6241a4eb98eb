package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.coordination.TrustedTime.Believed;
import io.elasticjob.coordination.TrustedTime.Held;
import io.elasticjob.coordination.TrustedTime.Local;
import io.elasticjob.coordination.TrustedTime.Others;
import io.elasticjob.coordination.TrustedTime.Refused;
import io.elasticjob.coordination.TrustedTime.Unsure;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedTimeTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration MOST = Duration.ofSeconds(10);
    private static final long SECOND = 1_000_000_000L;
    private static final long HOUR = 3600;

    // ---- While it runs ---------------------------------------------------------------------------------------------

    /** All three clocks agreed at noon; by how much two of them have stepped a minute later, and what is believed then. */
    @ParameterizedTest(name = "registry {0} s, wall {1} s: {2} s")
    @CsvSource({
        "0, 0, 0, false",
        // the wall clock alone
        "0, 7, 0, false",
        "0, -3600, 0, false",
        "0, 86400, 0, false",
        // the registry's alone: followed as far as clocks may differ, beyond that held
        "9, 0, 9, false",
        "-9, 0, -9, false",
        "3600, 0, 0, true",
        "-3600, 0, 0, true",
        "11, 0, 0, true",
        // both of them: the process has slept
        "3600, 3600, 3600, false",
        "3600, 3593, 3600, false",
        "-3600, -3600, -3600, false",
        // neither agrees with any other
        "3600, 1800, 0, true",
        "3600, -3600, 0, true",
    })
    void twoOfThreeAreBelieved(long registry, long wall, long believed, boolean held) {
        TrustedTime agreed = started(0, 0);

        assertBelieves(agreed.told(told(60, registry), local(60, wall), MOST), 60, registry, believed, held);
    }

    /** The same for a process whose wall clock was wrong from the start, by an hour: what counts is what stepped. */
    @ParameterizedTest(name = "registry {0} s, wall {1} s: {2} s")
    @CsvSource({
        "0, 0, 0, false",
        "0, 7, 0, false",
        "0, 1800, 0, false",
        "9, 0, 9, false",
        "1800, 0, 0, true",
        "-3600, 0, -3600, false", // into agreement with the wall clock
        "300, 300, 300, false", // the process has slept
        "7200, 7200, 7200, false",
        "300, 600, 0, true",
    })
    void aWallClockThatIsWrongFromTheStartStillWitnessesWhatSteps(
            long registry, long wall, long believed, boolean held) {
        TrustedTime wrong = started(0, -HOUR).told(told(1, 0), local(1, -HOUR), MOST);

        assertBelieves(wrong.told(told(60, registry), local(60, wall - HOUR), MOST), 60, registry, believed, held);
    }

    @Test
    void aWallClockThatWasSetWhileItWasIgnoredWitnessesWhatStepsAfterwards() {
        TrustedTime set = started(0, 0).told(told(30, 0), local(30, 1800), MOST);

        TrustedTime slept = set.told(told(60, 300), local(60, 2100), MOST);

        assertBelieves(slept, 60, 300, 300, false);
    }

    private static void assertBelieves(TrustedTime then, long at, long registry, long believed, boolean held) {
        Instant expected = NOON.plusSeconds(at + believed);
        assertThat(then.now(at * SECOND).orElseThrow()).isBetween(expected.minusMillis(60), expected.plusMillis(60));
        assertThat(then).isInstanceOf(held ? Held.class : Believed.class);
        if (then instanceof Held it) {
            assertThat(it.stepped()).isCloseTo(Duration.ofSeconds(registry), Duration.ofMillis(100));
        }
    }

    // ---- What is held ----------------------------------------------------------------------------------------------

    @Test
    void whatIsHeldIsGivenUpWhenTheRegistryComesBackOrTheWallClockFollowsIt() {
        TrustedTime held =
                started(0, 0).told(told(60, HOUR), local(60, 0), MOST).told(told(90, HOUR), local(90, 0), MOST);
        assertThat(held).isInstanceOf(Held.class);

        assertBelieves(held.told(told(120, 0), local(120, 0), MOST), 120, 0, 0, false);
        assertBelieves(held.told(told(120, HOUR), local(120, HOUR), MOST), 120, HOUR, HOUR, false);
    }

    @Test
    void aProcessThatSleepsWhileItHoldsWakesUpAtTheRightTime() {
        TrustedTime held = started(0, 0).told(told(60, HOUR), local(60, 0), MOST);

        // the registry is right again meanwhile: it is where the wall clock is
        assertBelieves(held.told(told(90, 600), local(90, 600), MOST), 90, 600, 600, false);
    }

    /** A stopwatch that goes too fast is not followed for a day: by 400 parts of a million that would be 35 s. */
    @Test
    void whatIsHeldIsCarriedOnByTheWallClock() {
        TrustedTime held = started(0, 0);
        long day = 86_400;
        for (long passed = 10; passed <= day; passed += 10) {
            long nanos = passed * SECOND + passed * 400_000;
            RegistryOffset told = RegistryOffset.stamped(NOON.plusSeconds(passed + HOUR), nanos, nanos + 4_000_000);
            Clocks clocks = new Clocks(NOON.plusSeconds(passed), nanos, Duration.ZERO);
            held = held.told(told, new Local(clocks, Others.FOLLOW), MOST);
        }

        assertThat(held).isInstanceOf(Held.class);
        Instant right = NOON.plusSeconds(day);
        assertThat(held.now(day * SECOND + day * 400_000).orElseThrow()).isBetween(right.minusMillis(60), right);
    }

    @Test
    void whatIsHeldIsCarriedOnByTheStopwatchWhereTheWallClockStepsAsWell() {
        TrustedTime held = started(0, 0).told(told(60, HOUR), local(60, 0), MOST);

        assertBelieves(held.told(told(90, HOUR), local(90, 1800), MOST), 90, HOUR, 0, true);
    }

    /** A wall clock that was read long before or after the stopwatch is no second witness. */
    @Test
    void clocksThatWereNotReadTogetherAgreeWithNobody() {
        Clocks apart = new Clocks(NOON.plusSeconds(HOUR + 60), 60 * SECOND, Duration.ofSeconds(5));

        assertThat(started(0, 0).told(told(60, HOUR), new Local(apart, Others.FOLLOW), MOST))
                .isInstanceOf(Held.class);
    }

    // ---- At the start ----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(longs = {0, 9, -9})
    void aProcessWhoseWallClockAgreesBelievesTheFirstTimeThatItIsTold(long wall) {
        assertThat(started(0, wall)).isInstanceOf(Believed.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, -11, -3600, 86_400})
    void aWallClockThatIsWrongFromTheStartIsIgnoredOnceTheStopwatchAgreesWithTheRegistry(long wall) {
        TrustedTime first = started(0, wall);
        assertThat(first).isInstanceOf(Unsure.class);
        assertThat(first.now(0)).isEmpty();

        assertBelieves(first.told(told(1, 0), local(1, wall), MOST), 1, 0, 0, false);
    }

    @Test
    void whereNoTwoOfThreeAgreeAtTheStartAProcessIsRefused() {
        TrustedTime first = started(0, -HOUR).told(told(1, 1800), local(1, -HOUR), MOST);
        assertThat(first).isInstanceOf(Refused.class);
        assertThat(first.now(SECOND)).isEmpty();

        // until the wall clock agrees, or the registry has gone with the stopwatch for a while
        assertBelieves(first.told(told(2, 1800), local(2, 1800), MOST), 2, 1800, 1800, false);
        TrustedTime soon = first.told(told(30, 1800), local(30, -HOUR), MOST);
        assertThat(soon).isInstanceOf(Refused.class);
        assertBelieves(soon.told(told(62, 1800), local(62, -HOUR), MOST), 62, 1800, 1800, false);
    }

    @Test
    void aRegistryThatStepsAgainIsNotSteady() {
        TrustedTime refused = started(0, -HOUR)
                .told(told(1, 1800), local(1, -HOUR), MOST)
                .told(told(50, 900), local(50, -HOUR), MOST);

        assertThat(refused.told(told(70, 900), local(70, -HOUR), MOST)).isInstanceOf(Refused.class);
    }

    /** Not the wall clock of this process is wrong then, but the registry's. */
    @Test
    void aProcessThatStartsInDisagreementIsRefusedWhileOthersHold() {
        TrustedTime first = started(0, -HOUR).told(told(1, 0), held(1, -HOUR), MOST);
        assertThat(first).isInstanceOf(Refused.class);
        TrustedTime later = first.told(told(100, 0), held(100, -HOUR), MOST);
        assertThat(later).isInstanceOf(Refused.class);

        // the registry is right again
        assertBelieves(later.told(told(120, -HOUR), local(120, -HOUR), MOST), 120, -HOUR, -HOUR, false);
    }

    @Test
    void aProcessThatStartsInDisagreementWaitsUntilItKnowsTheOthers() {
        Local alone = new Local(clocks(1, -HOUR), Others.UNKNOWN);
        TrustedTime first = started(0, -HOUR).told(told(1, 0), alone, MOST);
        assertThat(first).isInstanceOf(Unsure.class);

        assertThat(first.told(told(2, 0), held(2, -HOUR), MOST)).isInstanceOf(Refused.class);
        assertBelieves(first.told(told(2, 0), local(2, -HOUR), MOST), 2, 0, 0, false);
    }

    @Test
    void othersThatHoldAreNotAskedWhereTheWallClockAgrees() {
        assertThat(TrustedTime.UNKNOWN.told(told(0, 0), held(0, 0), MOST)).isInstanceOf(Believed.class);
    }

    @Test
    void nothingIsKnownBeforeTheRegistryHasToldTheTime() {
        assertThat(TrustedTime.UNKNOWN.now(0)).isEmpty();
    }

    /** What is believed is never later than the registry's own time. */
    @Test
    void theTimeIsNeverAheadOfTheRegistrys() {
        TrustedTime time = started(0, 0);

        for (long seconds = 0; seconds < 10_000; seconds += 100) {
            assertThat(time.now(seconds * SECOND).orElseThrow()).isBeforeOrEqualTo(NOON.plusSeconds(seconds));
        }
    }

    private static TrustedTime started(long seconds, long wall) {
        return TrustedTime.UNKNOWN.told(told(seconds, 0), local(seconds, wall), MOST);
    }

    /** Told so many seconds after noon by the stopwatch, by a clock that is wrong by so many. */
    private static RegistryOffset told(long seconds, long wrong) {
        return RegistryOffset.stamped(
                NOON.plusSeconds(seconds + wrong), seconds * SECOND, seconds * SECOND + 4_000_000);
    }

    private static Local local(long seconds, long wrong) {
        return new Local(clocks(seconds, wrong), Others.FOLLOW);
    }

    /** As {@link #local}, beside another instance that holds. */
    private static Local held(long seconds, long wrong) {
        return new Local(clocks(seconds, wrong), Others.HOLD);
    }

    private static Clocks clocks(long seconds, long wrong) {
        return new Clocks(NOON.plusSeconds(seconds + wrong), seconds * SECOND, Duration.ZERO);
    }
}
