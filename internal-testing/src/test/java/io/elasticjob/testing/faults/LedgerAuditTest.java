package io.elasticjob.testing.faults;

import static io.elasticjob.testing.faults.LedgerLine.What.CANCELLED;
import static io.elasticjob.testing.faults.LedgerLine.What.END;
import static io.elasticjob.testing.faults.LedgerLine.What.START;
import static io.elasticjob.testing.faults.LedgerLine.What.SUPERSEDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.testing.faults.Fault.Kind;
import io.elasticjob.testing.faults.LedgerLine.What;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An audit that finds nothing proves nothing, unless it finds what is there. */
class LedgerAuditTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final List<LedgerLine> lines = new ArrayList<>();

    private Duration every = Duration.ofSeconds(1);
    private boolean failover = true;

    LedgerAuditTest() {
        ran(0, 10);
        ran(1, 20);
        ran(60, 610);
    }

    @Test
    void aLedgerInGoodOrderIsKept() {
        fill(2, 59);
        assertThat(violations()).isEmpty();
    }

    @Test
    void aFiringThatDidNotRunIsLost() {
        fill(2, 30);
        fill(32, 59);
        assertThat(violations()).containsExactly("lost: Shard[job=orders, item=0] of " + NOON.plusSeconds(31));
        assertThat(violations(killed("b", 30)))
                .as("nor may a fault swallow it silently")
                .isNotEmpty();
    }

    @Test
    void aFiringMayBeSupersededNearAFaultOrByABusyMachineWhenItFiresEverySecond() {
        fill(2, 30);
        fill(32, 59);
        note("a", 32, 1, 0, SUPERSEDED, 32.0);
        assertThat(violations(killed("b", 30))).isEmpty();
        assertThat(audit(killed("b", 30)).supersededInPeace()).isZero();
        assertThat(violations()).isEmpty();
        assertThat(audit().supersededInPeace()).isEqualTo(1);
    }

    @Test
    void aFiringThatIsLessFrequentMayNotBeSupersededInPeace() {
        every = Duration.ofSeconds(2);
        for (int second = 2; second <= 58; second += 2) {
            if (second != 30) {
                ran(second, 10 * (second + 1));
            }
        }
        note("a", 32, 1, 0, SUPERSEDED, 32.0);
        assertThat(violations(killed("b", 29))).isEmpty();
        assertThat(violations()).anyMatch(found -> found.startsWith("lost"));
    }

    @Test
    void itMayBeSupersededBehindARunThatBeganLate() {
        every = Duration.ofSeconds(2);
        for (int second = 2; second <= 58; second += 2) {
            if (second == 28) {
                note("a", 28, 1, 290, START, 29.2);
                note("a", 28, 1, 290, END, 31.9);
            } else if (second != 30) {
                ran(second, 10 * (second + 1));
            }
        }
        assertThat(violations()).as("not told").anyMatch(found -> found.startsWith("lost"));
        note("a", 32, 1, 0, SUPERSEDED, 32.0);
        assertThat(violations()).isEmpty();
        assertThat(audit().supersededInPeace()).isEqualTo(1);
    }

    @Test
    void aFinishedFiringThatRanAgainIsFound() {
        fill(2, 59);
        note("b", 31, 2, 321, START, 31.7);
        note("b", 31, 2, 321, END, 31.8);
        assertThat(violations()).anyMatch(found -> found.startsWith("ran twice"));
        assertThat(violations(killed("a", 33))).anyMatch(found -> found.startsWith("ran twice"));
        assertThat(violations(killed("b", 31.6))).anyMatch(found -> found.startsWith("ran twice"));
    }

    @Test
    void aFiringWhoseEndCouldNotBeRecordedMayRunAgain() {
        fill(2, 59);
        note("b", 31, 2, 321, START, 31.7);
        note("b", 31, 2, 321, END, 31.8);
        assertThat(violations(fault(Kind.CUT, "a", 31.3, 31.6))).isEmpty();
        assertThat(audit(fault(Kind.CUT, "a", 31.3, 31.6)).repeated()).isEqualTo(1);
        assertThat(violations(fault(Kind.CUT, "a", 28.0, 30.0)))
                .as("a fault that was over before it began")
                .anyMatch(found -> found.startsWith("ran twice"));
    }

    @Test
    void theSameAttemptAgainIsFound() {
        fill(2, 59);
        note("b", 31, 1, 321, START, 31.7);
        note("b", 31, 1, 321, END, 31.8);
        assertThat(violations(fault(Kind.CUT, "a", 31.3, 31.6)))
                .anyMatch(found -> found.startsWith("ran twice as the same attempt"));
    }

    @Test
    void aFiringThatItsOwnerDidNotLiveToEndMayRunAgainWhereTheJobSaysSo() {
        fill(2, 30);
        note("b", 31, 1, 321, START, 31.1);
        note("a", 31, 2, 322, START, 36.0);
        note("a", 31, 2, 322, END, 36.2);
        note("a", 37, 5, 0, SUPERSEDED, 37.0);
        fill(37, 59);
        Fault kill = killed("b", 31.3);
        assertThat(violations(kill)).isEmpty();
        assertThat(audit(kill).failovers()).containsExactly(Duration.ofMillis(4_700));
        failover = false;
        assertThat(violations(kill)).anyMatch(found -> found.startsWith("ran again without failover"));
        assertThat(violations()).anyMatch(found -> found.startsWith("never ended"));
    }

    @Test
    void aCancelledRunMayBeRunAgain() {
        fill(2, 30);
        note("b", 31, 1, 321, START, 31.1);
        note("b", 31, 1, 321, CANCELLED, 31.2);
        note("a", 31, 2, 322, START, 31.3);
        note("a", 31, 2, 322, END, 31.4);
        fill(32, 59);
        assertThat(violations()).isEmpty();
    }

    @Test
    void twoRunsAtOnceAreFoundUnlessTheFirstCouldNotKnow() {
        fill(2, 30);
        note("b", 31, 1, 321, START, 31.1);
        note("a", 31, 2, 322, START, 36.0);
        note("a", 31, 2, 322, END, 36.2);
        note("a", 37, 5, 0, SUPERSEDED, 37.0);
        note("b", 31, 1, 321, CANCELLED, 38.0);
        fill(37, 59);
        assertThat(violations(fault(Kind.FROZEN, "b", 31.2, 37.9))).isEmpty();
        assertThat(violations(fault(Kind.CUT, "b", 31.2, 37.9))).anyMatch(found -> found.startsWith("two at once"));
        assertThat(violations(fault(Kind.FROZEN, "a", 31.2, 37.9))).anyMatch(found -> found.startsWith("two at once"));
    }

    @Test
    void aTokenThatIsNoLargerIsFound() {
        fill(2, 30);
        ran(31, 310);
        fill(32, 59);
        assertThat(violations()).anyMatch(found -> found.startsWith("the token is no larger"));
    }

    @Test
    void aLargerTokenForAnOlderFiringIsFound() {
        fill(2, 30);
        ran(31, 335);
        fill(32, 59);
        assertThat(violations()).anyMatch(found -> found.startsWith("an older firing after a newer one"));
    }

    private List<String> violations(Fault... faults) {
        return audit(faults).violations();
    }

    private LedgerAudit audit(Fault... faults) {
        return new LedgerAudit(
                List.of(new LedgerAudit.Job("orders", every, 1, failover)),
                Duration.ofSeconds(6),
                lines,
                List.of(faults));
    }

    private static Fault killed(String instance, double at) {
        return Fault.killed(instance, at(at));
    }

    private static Fault fault(Kind kind, String instance, double from, double until) {
        return new Fault(kind, instance, at(from), at(until));
    }

    private void fill(int from, int to) {
        for (int second = from; second <= to; second++) {
            ran(second, 10 * (second + 1));
        }
    }

    private void ran(int second, long token) {
        note("a", second, 1, token, START, second + 0.1);
        note("a", second, 1, token, END, second + 0.5);
    }

    private void note(String instance, int second, long number, long token, What what, double at) {
        lines.add(new LedgerLine("orders", NOON.plusSeconds(second), 0, number, token, instance, what, at(at)));
    }

    private static Instant at(double second) {
        return NOON.plusMillis(Math.round(second * 1_000));
    }
}
