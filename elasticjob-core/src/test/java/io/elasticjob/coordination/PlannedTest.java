package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.PlannedCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.schedule.Schedule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlannedTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Schedule HOURLY =
            JobDefinition.named("orders").every(Duration.ofHours(1)).build().schedule();
    private static final TriggerRequest ORDERS = TriggerRequest.of("orders").by(new Operator("ann", "month end"));

    private static Planned one(Duration delay) {
        return Planned.of(PlanRequest.after(delay, ORDERS), "id-1", HOURLY, NOON);
    }

    private static Planned backfill() {
        return Planned.of(
                PlanRequest.backfill(NOON.minusSeconds(4 * 3600), NOON.minusSeconds(2 * 3600), ORDERS),
                "id-1",
                HOURLY,
                NOON);
    }

    private static SortedMap<Long, Trigger> triggers(String... requests) {
        SortedMap<Long, Trigger> all = new TreeMap<>();
        for (String request : requests) {
            all.put(
                    (long) all.size(),
                    new Trigger(
                            all.size(),
                            NOON,
                            request,
                            new Trigger.Content(new TreeSet<>(List.of(0)), 1, null, null),
                            false,
                            Operator.UNKNOWN,
                            Map.of()));
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        // seconds from the request, what is done
        "0, Wait",
        "59, Wait",
        "60, Make",
        "600, Make"
    })
    void oneFiringWaitsForItsTime(int seconds, String step) {
        Planned.Step next = one(Duration.ofSeconds(60)).next(triggers(), NOON.plusSeconds(seconds));

        assertThat(next.getClass().getSimpleName()).isEqualTo(step);
        if (next instanceof Planned.Step.Wait wait) {
            assertThat(wait.until()).isEqualTo(NOON.plusSeconds(60));
        }
    }

    @Test
    void eachFireTimeOfABackfillWaitsForTheOneBefore() {
        Planned begun = backfill();
        assertThat(begun.fireTimes())
                .containsExactly(NOON.minusSeconds(4 * 3600), NOON.minusSeconds(3 * 3600), NOON.minusSeconds(2 * 3600));
        assertThat(begun.next(triggers("of-another"), NOON)).isInstanceOf(Planned.Step.Make.class);
        assertThat(begun.nextInterval())
                .contains(new Trigger.Interval(NOON.minusSeconds(4 * 3600), NOON.minusSeconds(5 * 3600)));
        assertThat(begun.nextRequest().id()).isEqualTo("id-1.0");

        Planned second = begun.afterOneMore();
        assertThat(second.next(triggers("id-1.0"), NOON)).isInstanceOf(Planned.Step.Wait.class);
        assertThat(second.next(triggers(), NOON)).isInstanceOf(Planned.Step.Make.class);
        assertThat(second.nextInterval())
                .contains(new Trigger.Interval(NOON.minusSeconds(3 * 3600), NOON.minusSeconds(4 * 3600)));

        Planned all = second.afterOneMore().afterOneMore();
        assertThat(all.next(triggers("id-1.2"), NOON)).isInstanceOf(Planned.Step.Wait.class);
        assertThat(all.next(triggers(), NOON)).isInstanceOf(Planned.Step.Over.class);
    }

    @Test
    void aSecondPlanOfTheSameIdWaitsForTheTriggerOfTheFirst() {
        assertThat(one(Duration.ZERO).next(triggers("id-1"), NOON)).isInstanceOf(Planned.Step.Wait.class);
    }

    @Test
    void theFirstFireTimeOfAScheduleHasNoneBeforeIt() {
        Schedule once = JobDefinition.named("orders")
                .set(JobKey.AT, "2026-03-01T11:00:00Z")
                .build()
                .schedule();
        Planned planned = Planned.of(PlanRequest.backfill(NOON.minusSeconds(7200), NOON, ORDERS), "id-1", once, NOON);

        assertThat(planned.nextInterval()).isEqualTo(Optional.of(new Trigger.Interval(NOON.minusSeconds(3600), null)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // from, to, part of the rule
                "-7200    | 60    | to     | must be past",
                "-1800    | -60   | from   | leaves nothing to run",
                "-36000000 | -60  | to     | more than 1000 fire times"
            })
    void aBackfillThatCannotBeCarriedOutIsRefused(long from, long to, String field, String rule) {
        PlanRequest request = PlanRequest.backfill(NOON.plusSeconds(from), NOON.plusSeconds(to), ORDERS);

        assertThatThrownBy(() -> Planned.of(request, "id-1", HOURLY, NOON))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(rule)
                .extracting("key")
                .isEqualTo(field);
    }

    @Test
    void aBackfillNeedsFireTimes() {
        Schedule none = JobDefinition.named("orders").build().schedule();
        Schedule byEnd = JobDefinition.named("orders")
                .fixedDelay(Duration.ofSeconds(5))
                .build()
                .schedule();
        PlanRequest request = PlanRequest.backfill(NOON.minusSeconds(60), NOON, ORDERS);

        assertThatThrownBy(() -> Planned.of(request, "id-1", none, NOON)).hasMessageContaining("names fire times");
        assertThatThrownBy(() -> Planned.of(request, "id-1", byEnd, NOON)).hasMessageContaining("names fire times");
    }

    @Test
    void aSpanThatEndsBeforeItBeginsAndANegativeDelayAreRefused() {
        assertThatThrownBy(() -> PlanRequest.backfill(NOON, NOON.minusSeconds(1), ORDERS))
                .hasMessageContaining("must not be before from");
        assertThatThrownBy(() -> PlanRequest.after(Duration.ofSeconds(-1), ORDERS))
                .hasMessageContaining("must be from 0s");
        assertThatThrownBy(() -> PlanRequest.after(Duration.ZERO, ORDERS.withId("x".repeat(59))))
                .hasMessageContaining("must have 1 to 58 characters");
    }

    @Test
    void whatCannotBeMadeIsGivenUpAfterADay() {
        Planned planned = one(Duration.ofSeconds(60));

        assertThat(planned.isTooOld(NOON.plus(Duration.ofDays(1)))).isFalse();
        assertThat(planned.isTooOld(NOON.plus(Duration.ofDays(1)).plusSeconds(61)))
                .isTrue();
    }

    @Test
    void itIsStoredWithItsProgress() {
        Planned half = backfill().afterOneMore();
        assertThat(PlannedCodec.decode("orders", NOON, PlannedCodec.encode(half, "m-1.2")))
                .isEqualTo(new Decoded.Value<>(new PlannedCodec.Stored(half, "m-1.2")));
        Planned single = one(Duration.ofSeconds(5));
        assertThat(PlannedCodec.decode("orders", NOON, PlannedCodec.encode(single, "")))
                .isEqualTo(new Decoded.Value<>(new PlannedCodec.Stored(single, "")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "a/b", "\u202e", "\\n"})
    void aMarkThatIsNoPartOfAPathIsNotBelieved(String mark) {
        String json = new String(PlannedCodec.encode(one(Duration.ofSeconds(5)), "m-1"), StandardCharsets.UTF_8)
                .replace("\"m-1\"", "\"" + mark + "\"");

        assertThat(PlannedCodec.decode("orders", NOON, json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Decoded.Broken.class);
    }

    @Test
    void aTriggerForThePastIsLeftAloneByEarlierVersions() {
        Trigger trigger = triggers("id-1.0").get(0L);
        Trigger past = trigger.of(new Trigger.Interval(NOON.minusSeconds(7200), NOON.minusSeconds(10800)));

        assertThat(new String(TriggerCodec.encode(trigger), StandardCharsets.UTF_8))
                .contains("\"format\":1");
        assertThat(new String(TriggerCodec.encode(past), StandardCharsets.UTF_8))
                .contains("\"format\":2");
        assertThat(TriggerCodec.decode(0, NOON, TriggerCodec.encode(past))).isEqualTo(new Decoded.Value<>(past));
    }
}
