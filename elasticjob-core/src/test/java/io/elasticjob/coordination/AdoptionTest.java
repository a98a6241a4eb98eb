package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cancellation;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.ShardStep.Owner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Executions that go on although the instance that claimed them is gone, or was left. */
class AdoptionTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant LATER = NOON.plusSeconds(10);
    private static final Duration LEASE = Duration.ofMillis(4_250);
    private static final Firing FIRING = new Firing.Scheduled(NOON);
    private static final long TOKEN = 70;

    /** As it was claimed by transaction {@link #TOKEN}. */
    private static final ShardRecord CLAIMED =
            ShardRecord.NEW.claimed(FIRING, "a.0", 2, 1, NOON).withLease(LEASE);

    private static final ShardRecord NOTED = CLAIMED.withToken(TOKEN).withCheckpoint("page 7");
    private static final ShardState.Stop STOP =
            new ShardState.Stop(Cancellation.Reason.TIMEOUT, NOON, "", "timed out after 5s");

    private static final Map<String, ShardRecord> RECORDS = Map.ofEntries(
            Map.entry("claimed", CLAIMED),
            Map.entry("noted", NOTED),
            Map.entry("stopping", NOTED.stopping(STOP)),
            Map.entry("adopted by b", CLAIMED.adopted("b.0", TOKEN, LEASE)),
            Map.entry("ended", NOTED.completed(new Outcome.Succeeded(), NOON, LATER)),
            Map.entry("failed, to be run again", NOTED.failed(new Outcome.Failed("no"), LATER)),
            Map.entry("given back", NOTED.givenBack(new Outcome.Abandoned())),
            Map.entry("lost", NOTED.completed(new Outcome.Lost(), NOON, LATER)),
            Map.entry("lost, to be run again", NOTED.givenBackByDeath(new Outcome.Lost())),
            Map.entry("lingering", NOTED.completed(STOP.outcome(), NOON, LATER).lingeringFor(LEASE)),
            Map.entry("taken over", NOTED.claimed(FIRING, "b.0", 3, 2, LATER)),
            Map.entry("next firing", NOTED.claimed(new Firing.Scheduled(LATER), "b.0", 1, 0, LATER)),
            Map.entry("never run", ShardRecord.NEW));

    /** What is held is attempt 2 under the token 70; the record was changed last by the transaction that is given. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            claimed                 | 70 | HELD     | HELD
            claimed                 | 71 | LOST     | LOST
            noted                   | 75 | HELD     | HELD
            stopping                | 75 | HELD     | HELD
            adopted by b            | 90 | HELD     | HELD
            ended                   | 80 | LOST     | RECORDED
            failed, to be run again | 80 | LOST     | RECORDED
            given back              | 80 | LOST     | RECORDED
            lingering               | 80 | LOST     | RECORDED
            lost                    | 80 | LOST     | LOST
            lost, to be run again   | 80 | LOST     | LOST
            taken over              | 80 | LOST     | LOST
            taken over              | 70 | LOST     | LOST
            next firing             | 70 | LOST     | LOST
            never run               | 0  | LOST     | LOST
            """)
    void whatIsHeldIsAdoptedOnlyWhereTheRecordHoldsItsClaim(
            String record, long modified, Adoption ofRunning, Adoption ofEnded) {
        assertThat(adoption(RECORDS.get(record), modified, 2, TOKEN, false)).isEqualTo(ofRunning);
        assertThat(adoption(RECORDS.get(record), modified, 2, TOKEN, true)).isEqualTo(ofEnded);
    }

    @ParameterizedTest
    @CsvSource({"1, 70", "3, 70", "2, 69", "2, 0", "2, -1"})
    void anotherAttemptOrTokenIsAnotherExecution(int attempt, long token) {
        for (boolean hasEnded : new boolean[] {false, true}) {
            assertThat(adoption(CLAIMED, 70, attempt, token, hasEnded)).isEqualTo(Adoption.LOST);
            assertThat(adoption(NOTED, 75, attempt, token, hasEnded)).isEqualTo(Adoption.LOST);
            assertThat(adoption(RECORDS.get("ended"), 80, attempt, token, hasEnded))
                    .isEqualTo(Adoption.LOST);
        }
    }

    /** The transaction that adopts it is the last change then, and no token. */
    @Test
    void whatIsAdoptedKeepsFiringAttemptStartAndTokenAndWhatItWasToldWithIt() {
        ShardRecord adopted = NOTED.stopping(STOP).adopted("b.0", TOKEN, LEASE.multipliedBy(2));

        assertThat(adopted.runningToken(99)).hasValue(TOKEN);
        assertThat(adopted.owner()).contains("b.0");
        assertThat(adopted.lease()).isEqualTo(LEASE.multipliedBy(2));
        assertThat(adopted.adopted("a.0", TOKEN, LEASE)).isEqualTo(NOTED.stopping(STOP));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            claimed                 | false
            noted                   | false
            adopted by b            | true
            ended                   | false
            lost                    | false
            taken over              | false
            next firing             | false
            never run               | false
            """)
    void anOwnerTellsWhatWasMovedFromWhatWasTakenByItsOwnToken(String found, boolean isMoved) {
        assertThat(Adoption.isMoved(NOTED, RECORDS.get(found))).isEqualTo(isMoved);
        ShardRecord endedElsewhere = RECORDS.get("adopted by b").completed(new Outcome.Succeeded(), NOON, LATER);
        assertThat(Adoption.isMoved(NOTED, endedElsewhere)).isTrue();
        assertThat(Adoption.isMoved(CLAIMED, endedElsewhere))
                .as("without a token")
                .isFalse();
    }

    // ---- Who waits for a lease ------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            claimed   | LEASED  | AwaitLease[owner=a.0]
            stopping  | LEASED  | AwaitLease[owner=a.0]
            lingering | LEASED  | AwaitLease[owner=a.0]
            claimed   | LIVE    | Await[owner=a.0]
            claimed   | UNKNOWN | AskFor[owner=a.0]
            """)
    void nobodyTakesWhatADeadOwnerBeganBeforeItsLeaseIsOver(String record, Owner owner, String step) {
        for (String failover : new String[] {"true", "false"}) {
            for (String enabled : new String[] {"true", "false"}) {
                assertThat(step(RECORDS.get(record), owner, failover, enabled)).hasToString(step);
            }
        }
        assertThat(new Cancels(java.util.List.of()).ended(job("true", "true"), 0, RECORDS.get(record), owner, LATER))
                .isEmpty();
    }

    @Test
    void onceItIsOverItIsRunAgainOrLostAsEver() {
        assertThat(step(CLAIMED, Owner.DEAD, "true", "true")).isEqualTo(new ShardStep.Claim(FIRING, NOON, 3, 2));
        assertThat(step(CLAIMED, Owner.DEAD, "false", "true")).isInstanceOf(ShardStep.Settle.class);
    }

    // ---- As it is stored ------------------------------------------------------------------------------------------

    @Test
    void aLeaseIsStoredAsLongAsSomethingRunsUnderIt() {
        RECORDS.values()
                .forEach(record -> assertThat(ShardRecordCodec.decode(ShardRecordCodec.encode(record)))
                        .isEqualTo(new Decoded.Value<>(record)));
        assertThat(text(CLAIMED))
                .startsWith("{\"format\":2,\"state\":\"RUNNING\"")
                .endsWith(",\"place\":{\"of\":\"2026-03-01T12:00:00Z/2\",\"leaseMs\":4250}}");
        assertThat(text(RECORDS.get("lingering"))).startsWith("{\"format\":2").contains("leaseMs");
        for (String over : new String[] {"ended", "given back", "lost", "taken over", "next firing"}) {
            assertThat(text(RECORDS.get(over))).startsWith("{\"format\":1,").doesNotContain("place");
        }
    }

    /** An earlier version leaves a record of a later format alone; what it wrote over one of its own keeps what it found. */
    @Test
    void aLeaseOfAnotherAttemptCountsForNothing() {
        String kept = text(CLAIMED).replace("\"format\":2", "\"format\":1").replace("\"attempt\":2", "\"attempt\":3");

        assertThat(ShardRecordCodec.decode(kept.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        Decoded.Value.class,
                        value -> assertThat(((ShardRecord) value.value()).lease())
                                .isZero());
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "3600001", "99999999999999", "\"4250\"", "1.5", "null", "{}"})
    void aLeaseThatIsNoneMakesTheRecordUnreadable(String lease) {
        String stored = text(CLAIMED).replace(":4250", ":" + lease);

        assertThat(ShardRecordCodec.decode(stored.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Decoded.Broken.class);
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private static Adoption adoption(ShardRecord found, long modified, int attempt, long token, boolean hasEnded) {
        ExecutionId id = new ExecutionId("orders", "life", FIRING, 0, attempt);
        return Adoption.of(new Adoption.Holding(id, token, hasEnded), found, modified);
    }

    private static ShardStep step(ShardRecord record, Owner owner, String failover, String enabled) {
        return ShardStep.next(job(failover, enabled), 0, record, owner, LATER);
    }

    private static ShardStep.Job job(String failover, String enabled) {
        JobDefinition orders = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .set(JobKey.FAILOVER, failover)
                .set(JobKey.ENABLED, enabled)
                .build();
        return new ShardStep.Job(orders, NOON.minusSeconds(60), ShardCount.always(1), LATER);
    }

    private static String text(ShardRecord record) {
        return new String(ShardRecordCodec.encode(record), StandardCharsets.UTF_8);
    }
}
