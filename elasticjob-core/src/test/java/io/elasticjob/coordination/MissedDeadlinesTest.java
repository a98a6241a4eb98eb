package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.coordination.FiringRecord.Closed;
import io.elasticjob.coordination.FiringRecord.Open;
import io.elasticjob.coordination.FiringRecord.Opening;
import io.elasticjob.coordination.FiringRecord.Stage;
import io.elasticjob.coordination.FiringRecord.Whole;
import io.elasticjob.coordination.MissedDeadlines.Late;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MissedDeadlinesTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant NEXT = NOON.plusSeconds(60);
    private static final Firing AT_NOON = new Firing.Scheduled(NOON);
    private static final Firing BY_HAND = new Firing.Triggered(0);

    private static JobDefinition.Builder orders() {
        return JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .shards(3)
                .set(JobKey.FIRING_DEADLINE, "20s")
                .set(JobKey.RECORD_FIRINGS, "true");
    }

    private static ShardStep.Job job(JobDefinition definition, Instant then, Trigger... triggers) {
        return new ShardStep.Job(
                definition,
                NOON.minusSeconds(5),
                ShardCount.always(3),
                Switches.NONE,
                Triggers.of(List.of(triggers)),
                definition.schedule().latest(then).orElse(null));
    }

    private static final Trigger TRIGGER = new Trigger(
            0,
            NOON.plusSeconds(1),
            "request",
            new Trigger.Content(new TreeSet<>(List.of(1)), 3, null, null),
            false,
            Operator.UNKNOWN,
            Map.of());

    private static FiringRecord at(Firing firing, Instant fireTime, Stage stage) {
        FiringRecord opened =
                FiringRecord.NEW.opened(new Whole(firing, fireTime, 3, new TreeSet<>(), fireTime, 7), new Open());
        return stage instanceof Closed closed ? opened.closed(closed, null) : opened.at(stage);
    }

    private static Closed closed(Instant at, boolean told) {
        return new Closed(FiringResult.SUCCEEDED, new TreeMap<>(Map.of("SUCCEEDED", 3)), at, "a.0", told);
    }

    private static FiringRecord noted(FiringRecord record, Firing firing, Instant fireTime) {
        return MissedDeadlines.noted(record, new Late(firing, fireTime), "a.0");
    }

    private static Arguments row(
            String what, FiringRecord record, Instant then, @Nullable Late expected, Trigger... triggers) {
        return Arguments.of(what, record, then, expected, triggers);
    }

    static Stream<Arguments> whatIsLate() {
        FiringRecord open = at(AT_NOON, NOON, new Open());
        FiringRecord done = at(AT_NOON, NOON, closed(NOON.plusSeconds(3), true));
        Late noon = new Late(AT_NOON, NOON);
        return Stream.of(
                row("open, and in time", open, NOON.minusMillis(1), null),
                row("open by its deadline", open, NOON, noon),
                row("waits for its listeners", at(AT_NOON, NOON, new Opening("a.0")), NOON, noon),
                row("told before", noted(open, AT_NOON, NOON), NOON.plusSeconds(30), null),
                row("others wait for the one that is open", noted(open, AT_NOON, NOON), NEXT.plusSeconds(1), null),
                row("closed", done, NOON.plusSeconds(1), null),
                row("closed, and the next one is late", done, NEXT, new Late(new Firing.Scheduled(NEXT), NEXT)),
                row(
                        "closed, and its listeners hear of it",
                        at(AT_NOON, NOON, closed(NOON.plusSeconds(3), false)),
                        NEXT,
                        new Late(new Firing.Scheduled(NEXT), NEXT)),
                row("never opened", FiringRecord.NEW, NOON, noon),
                row("never opened, and told", noted(FiringRecord.NEW, AT_NOON, NOON), NOON, null),
                row(
                        "of several that nobody opened the latest",
                        FiringRecord.NEW,
                        NEXT.plusSeconds(1),
                        new Late(new Firing.Scheduled(NEXT), NEXT)),
                row("by hand", done, NOON.plusSeconds(1), new Late(BY_HAND, NOON.plusSeconds(1)), TRIGGER),
                row("by hand, and in time", done, NOON, null, TRIGGER),
                row("by hand, and told", noted(done, BY_HAND, NOON.plusSeconds(1)), NOON.plusSeconds(9), null, TRIGGER),
                row(
                        "what was told by hand says nothing of the schedule",
                        noted(FiringRecord.NEW, BY_HAND, NOON),
                        NOON,
                        noon),
                row(
                        "what was told by the schedule says nothing of what is by hand",
                        noted(FiringRecord.NEW, AT_NOON, NOON),
                        NOON.plusSeconds(1),
                        new Late(BY_HAND, NOON.plusSeconds(1)),
                        TRIGGER));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatIsLate")
    void whatIsToldAsLate(String what, FiringRecord record, Instant then, @Nullable Late expected, Trigger[] triggers) {
        assertThat(MissedDeadlines.of(job(orders().build(), then, triggers), record, then)
                        .orElse(null))
                .isEqualTo(expected);
    }

    @Test
    void aDisabledJobHasNothingLateButWhatIsOpen() {
        JobDefinition off = orders().set(JobKey.ENABLED, "false").build();

        assertThat(MissedDeadlines.of(job(off, NOON, TRIGGER), FiringRecord.NEW, NOON.plusSeconds(9)))
                .isEmpty();
        assertThat(MissedDeadlines.of(job(off, NOON), at(AT_NOON, NOON, new Open()), NOON))
                .hasValue(new Late(AT_NOON, NOON));
    }

    @Test
    void aCloseThatIsTooLateIsNotedUnlessItWasTold() {
        Duration deadline = Duration.ofSeconds(20);
        FiringRecord inTime = at(AT_NOON, NOON, closed(NOON.plusSeconds(19), true));
        FiringRecord late = at(AT_NOON, NOON, closed(NOON.plusSeconds(20), true));

        assertThat(MissedDeadlines.closing(inTime, deadline, "b.0")).isEqualTo(inTime);
        assertThat(MissedDeadlines.closing(late, null, "b.0")).isEqualTo(late);
        assertThat(MissedDeadlines.closing(late, deadline, "b.0").marks().missed())
                .isEqualTo(new MissedDeadlines(NOON, -1, AT_NOON, NOON, "b.0"));
        FiringRecord told = noted(late, AT_NOON, NOON);
        assertThat(MissedDeadlines.closing(told, deadline, "b.0")).isEqualTo(told);
    }

    @Test
    void whatWasToldIsShownUntilItHasEnded() {
        FiringRecord open = noted(at(AT_NOON, NOON, new Open()), AT_NOON, NOON);
        assertThat(MissedDeadlines.open(open)).hasValue(new Late(AT_NOON, NOON));
        assertThat(MissedDeadlines.open(noted(FiringRecord.NEW, AT_NOON, NOON))).hasValue(new Late(AT_NOON, NOON));
        assertThat(MissedDeadlines.open(open.closed(closed(NEXT, true), null))).isEmpty();
        assertThat(MissedDeadlines.open(FiringRecord.NEW)).isEmpty();
    }

    @Test
    void theNoteIsStoredWithTheRecordAndReadAgain() {
        FiringRecord record = noted(at(AT_NOON, NOON, new Open()), AT_NOON, NOON);

        assertThat(FiringRecordCodec.decode(FiringRecordCodec.encode(record))).isEqualTo(new Decoded.Value<>(record));
    }
}
