package io.elasticjob.kind;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Firing;
import io.elasticjob.Indexes;
import io.elasticjob.Outcome;
import io.elasticjob.kind.ArrayStep.Known;
import io.elasticjob.kind.ArrayStep.Seen;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArrayStepTest {

    private static final Created OURS =
            new Created(new RunId("shop", "orders", "l", new Firing.Triggered(1), 1), "uid-1");
    private static final Created ANOTHER = new Created(OURS.run(), "uid-2");
    private static final ArrayPlace NOT_YET = ArrayPlace.none(3);
    private static final ArrayPlace RELEASED = NOT_YET.at("k8s", "uid-1");
    private static final Seen UNKNOWN = new Seen.Unknown();
    private static final Seen NOTHING = new Seen.Nothing();

    private static Seen seen(Created run, Phase phase) {
        return new Seen.Something(new RunStatus(run, phase, 0, Indexes.NONE, Indexes.NONE, ""));
    }

    private static ArrayPlace ended(String succeeded, String failed) {
        return RELEASED.with(Indexes.parse(succeeded), Indexes.parse(failed));
    }

    static Stream<Arguments> steps() {
        return Stream.of(
                row("just claimed", NOT_YET, new Seen.New(), false, new ArrayStep.Prepare()),
                row("just claimed, to end", NOT_YET, new Seen.New(), true, end(new Outcome.Abandoned())),
                row("taken over", NOT_YET, UNKNOWN, false, new ArrayStep.Look()),
                row("taken over, to end", RELEASED, UNKNOWN, true, new ArrayStep.Look()),
                row("never created", NOT_YET, NOTHING, false, new ArrayStep.Prepare()),
                row("was there, and is not", RELEASED, NOTHING, false, end(new Outcome.Lost())),
                row(
                        "nothing left to do",
                        ended("0-2", "").again(3),
                        new Seen.New(),
                        false,
                        end(new Outcome.Succeeded())),
                row("was done, and is gone", ended("0-2", ""), NOTHING, false, end(new Outcome.Succeeded())),
                row("was to end, and is gone", RELEASED, NOTHING, true, end(new Outcome.Abandoned())),
                row("created", NOT_YET, seen(OURS, Phase.SUSPENDED), false, new ArrayStep.Note(RELEASED)),
                row("to end before that", NOT_YET, seen(OURS, Phase.SUSPENDED), true, new ArrayStep.Cancel(OURS)),
                row("ended before", NOT_YET, seen(OURS, Phase.ENDED), true, end(new Outcome.Abandoned())),
                row("proven", RELEASED, seen(OURS, Phase.SUSPENDED), false, new ArrayStep.Release(OURS)),
                row("proven, to end", RELEASED, seen(OURS, Phase.SUSPENDED), true, new ArrayStep.Cancel(OURS)),
                row("runs", RELEASED, seen(OURS, Phase.RELEASED), false, new ArrayStep.Rest()),
                row("runs, to end", RELEASED, seen(OURS, Phase.RELEASED), true, new ArrayStep.Cancel(OURS)),
                row("another one", RELEASED, seen(ANOTHER, Phase.SUSPENDED), false, new ArrayStep.Cancel(ANOTHER)),
                row("another one, over", RELEASED, seen(ANOTHER, Phase.ENDED), false, end(new Outcome.Lost())),
                row("all well", ended("0-2", ""), seen(OURS, Phase.ENDED), false, end(new Outcome.Succeeded())),
                row(
                        "well, though to end",
                        ended("0-2", ""),
                        seen(OURS, Phase.ENDED),
                        true,
                        end(new Outcome.Succeeded())),
                row("cancelled", ended("0", ""), seen(OURS, Phase.ENDED), true, end(new Outcome.Abandoned())),
                row(
                        "one failed",
                        ended("0,2", "1"),
                        seen(OURS, Phase.ENDED),
                        false,
                        end(new Outcome.Failed("1 of 3 tasks failed: 1"))),
                row(
                        "some did not end",
                        ended("0", ""),
                        seen(OURS, Phase.ENDED),
                        false,
                        end(new Outcome.Failed("0 of 3 tasks failed; 2 did not end"))));
    }

    private static ArrayStep end(Outcome outcome) {
        return new ArrayStep.End(outcome);
    }

    private static Arguments row(String what, ArrayPlace place, Seen seen, boolean isCancelled, ArrayStep step) {
        return Arguments.of(what, new Known("k8s", place, seen, isCancelled, null), step);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("steps")
    void whatIsKnownSaysWhatIsNext(String what, Known known, ArrayStep step) {
        assertThat(ArrayStep.next(known)).isEqualTo(step);
    }

    @ParameterizedTest
    @MethodSource("phases")
    void whatTheClusterTellsIsNotedFirst(Phase phase) {
        ArrayPlace told = RELEASED.with(Indexes.of(0), Indexes.of(2));

        assertThat(ArrayStep.next(new Known("k8s", RELEASED, seen(OURS, phase), false, told)))
                .isEqualTo(new ArrayStep.Note(told));
    }

    static Stream<Phase> phases() {
        return Stream.of(Phase.RELEASED, Phase.ENDED);
    }
}
