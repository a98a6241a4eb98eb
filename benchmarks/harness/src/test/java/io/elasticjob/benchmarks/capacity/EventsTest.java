package io.elasticjob.benchmarks.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.benchmarks.capacity.Cluster.Handlers;
import org.junit.jupiter.api.Test;

class EventsTest {

    @Test
    void anInstanceThatStartsReadsWhatIsThere() {
        Traffic alone = new Events(Cluster.of(1, 1, 1, 1)).start();
        Traffic last = new Events(Cluster.of(1_000, 2, 40, 1)).start();

        // Session, three watches, registration, clock, roster 1 + 1, jobs 2 + 1, latch, records.
        assertThat(alone.requests()).isEqualTo(13);
        assertThat(alone.transactions()).isEqualTo(2);
        assertThat(last.requests()).isEqualTo(13 + 1 + 4); // 40 instances, 1,000 jobs
    }

    @Test
    void aMassRestartReadsEveryInstanceOnEveryInstance() {
        Traffic restart = new Events(Cluster.of(1_000, 2, 100, 1)).massRestart();

        assertThat(restart.reads()).isGreaterThan(100 * 100);
        assertThat(restart.bytesOut()).isGreaterThan(100 * 100 * 20_000.0); // all of them name all handlers
    }

    @Test
    void instancesThatStartOneByOneAreListedByEachThatIsThere() {
        Events events = new Events(Cluster.of(1, 1, 10, 1).monitored(false));

        // 12 each of its own, one more list, and the lead; one by one, two for each pair instead.
        assertThat(events.massRestart().requests()).isEqualTo(10 * 13 + 2);
        assertThat(events.restartOneByOne().requests()).isEqualTo(10 * 12 + 2 * 45 + 2);
    }

    @Test
    void whoJoinsIsReadAndWhoLeavesIsOnlyMissed() {
        Events events = new Events(Cluster.of(1, 1, 10, 1));

        assertThat(events.joinOrLeave(true).requests()).isEqualTo(18);
        assertThat(events.joinOrLeave(false).requests()).isEqualTo(9);
        assertThat(events.leave(false).requests()).isEqualTo(1 + 1 + 9);
        assertThat(events.leave(true).requests()).isEqualTo(1 + 18 + 1 + 9);
    }

    @Test
    void theFirstInstanceWritesAllJobsTwoHundredAtATime() {
        Traffic declared = new Events(Cluster.of(1_000, 2, 1, 1)).declareAll();

        assertThat(declared.transactions()).isEqualTo(5);
        assertThat(declared.puts()).isEqualTo(1_000);
    }

    @Test
    void whatADeadInstanceRanIsClaimedByTheOthers() {
        Traffic death = new Events(Cluster.of(1, 9, 3, 1)).death();

        // The session; listed by two; read, asked for and claimed by two.
        assertThat(death.requests()).isEqualTo(1 + 2 + 2 * 3);
        assertThat(death.puts()).isEqualTo(3);
        assertThat(new Events(Cluster.of(1, 9, 3, 1)).leaderDeath().transactions())
                .isEqualTo(2);
    }

    @Test
    void aTriggerByHandIsAskedForRunAndDeletedAndListedByAllOthers() {
        Traffic runNow = new Events(Cluster.of(5, 1, 1, 60).handlers(Handlers.BRIEF)).runNow();

        assertThat(runNow.transactions()).isEqualTo(4);
        assertThat(runNow.requests()).isEqualTo(4);

        Traffic amongThree = new Events(Cluster.of(5, 1, 3, 60).handlers(Handlers.BRIEF)).runNow();
        assertThat(amongThree.requests()).isEqualTo(4 + 2 * 3); // each of the others lists, reads, and lists again
    }
}
