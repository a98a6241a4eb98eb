package io.elasticjob.integration;

import static io.elasticjob.integration.LedgerLine.What.END;
import static io.elasticjob.integration.LedgerLine.What.START;
import static io.elasticjob.integration.LedgerLine.What.SUPERSEDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.integration.LedgerLine.What;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An audit that finds nothing proves nothing, unless it finds what is there. */
class LedgerAuditTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final List<LedgerLine> lines = new ArrayList<>();

    LedgerAuditTest() {
        ran(0, 10);
        ran(1, 20);
        ran(60, 610);
    }

    @Test
    void aLedgerInGoodOrderIsKept() {
        fill(2, 59);
        assertThat(violations(true, Map.of())).isEmpty();
    }

    @Test
    void aFiringThatDidNotRunIsLost() {
        fill(2, 30);
        fill(32, 59);
        assertThat(violations(true, Map.of()))
                .containsExactly("lost: Shard[job=orders, shard=0] of " + NOON.plusSeconds(31));
    }

    @Test
    void aFiringMayBeSupersededNearAKillAlone() {
        fill(2, 30);
        fill(32, 59);
        note("a", 32, 1, 0, SUPERSEDED, 32.0);
        assertThat(violations(true, Map.of("b", NOON.plusSeconds(30)))).isEmpty();
        assertThat(violations(true, Map.of())).isNotEmpty();
    }

    @Test
    void aFiringThatRanTwiceIsFound() {
        fill(2, 59);
        note("b", 31, 1, 321, START, 31.7);
        note("b", 31, 1, 321, END, 31.8);
        assertThat(violations(true, Map.of())).anyMatch(found -> found.startsWith("ran twice"));
        assertThat(violations(true, Map.of("a", NOON.plusSeconds(31))))
                .anyMatch(found -> found.startsWith("ran twice"));
    }

    @Test
    void aFiringThatItsOwnerDidNotLiveToEndMayRunAgainWhereTheJobSaysSo() {
        fill(2, 30);
        note("b", 31, 1, 321, START, 31.1);
        note("a", 31, 2, 322, START, 36.0);
        note("a", 31, 2, 322, END, 36.2);
        note("a", 37, 5, 0, SUPERSEDED, 37.0);
        fill(37, 59);
        Map<String, Instant> killed = Map.of("b", NOON.plusMillis(31_300));
        assertThat(violations(true, killed)).isEmpty();
        assertThat(violations(false, killed)).anyMatch(found -> found.startsWith("ran again without failover"));
        assertThat(violations(true, Map.of())).anyMatch(found -> found.startsWith("never ended"));
    }

    @Test
    void twoRunsAtOnceAreFound() {
        fill(2, 59);
        note("b", 31, 2, 321, START, 31.3);
        note("b", 31, 2, 321, END, 31.6);
        assertThat(violations(true, Map.of())).anyMatch(found -> found.startsWith("two at once"));
    }

    @Test
    void aTokenThatIsNoLargerIsFound() {
        fill(2, 30);
        ran(31, 30);
        fill(32, 59);
        assertThat(violations(true, Map.of())).anyMatch(found -> found.startsWith("the token is no larger"));
    }

    private List<String> violations(boolean failover, Map<String, Instant> killed) {
        JobDefinition job = JobDefinition.named("orders")
                .every(Duration.ofSeconds(1))
                .failover(failover)
                .build();
        return new LedgerAudit(List.of(job), lines, killed).violations();
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
        Instant time = NOON.plusMillis(Math.round(at * 1_000));
        lines.add(new LedgerLine("orders", NOON.plusSeconds(second), 0, number, token, instance, what, time));
    }
}
