package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.FiringClock;
import io.elasticjob.RegistryException;
import io.elasticjob.coordination.Clocks;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is read as a whole: no answer is longer than the client takes, however many nodes there are. */
class WholeReadTest {

    private final RegistryTime time = new RegistryTime(Duration.ofSeconds(1), FiringClock.LOCAL);
    private final Outbox outbox = new Outbox(time);
    private final Connection over = new Connection(new Session("s", Duration.ofSeconds(6)));
    private final List<Result<List<Read>>> results = new ArrayList<>();

    WholeReadTest() {
        time.turn(new Clocks(Instant.EPOCH, 0, Duration.ZERO));
    }

    private List<Effect.ReadAll> ask(int nodes) {
        List<String> paths =
                IntStream.range(0, nodes).mapToObj(i -> "/test/" + i).toList();
        outbox.readCaughtUp(over, paths, results::add);
        return outbox.take().stream().map(Effect.ReadAll.class::cast).toList();
    }

    private static Result<List<Read>> answer(Effect.ReadAll asked, long sent) {
        List<Read> reads = asked.paths().stream()
                .<Read>map(path -> new Read.Present(
                        path.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        new Stat(1, 1, 0, Instant.EPOCH, Instant.EPOCH)))
                .toList();
        return new Result.Told<>(reads, sent, sent + 10);
    }

    @Test
    void howeverManyNodesAreAskedForNoAnswerIsLongerThanTheClientTakes() {
        List<Effect.ReadAll> asked = ask(10_001);

        assertThat(asked)
                .allMatch(Effect.ReadAll::caughtUp)
                .allMatch(portion -> portion.paths().size() <= 30)
                .extracting(portion -> portion.paths().size())
                .satisfies(sizes -> assertThat(
                                sizes.stream().mapToInt(Integer::intValue).sum())
                        .isEqualTo(10_001));
    }

    @Test
    void theAnswerIsWholeAndInOrderWhicheverPortionComesFirst() {
        List<Effect.ReadAll> asked = new ArrayList<>(ask(70));
        Collections.reverse(asked);
        for (int i = 0; i < asked.size(); i++) {
            assertThat(results).isEmpty();
            asked.get(i).then().accept(answer(asked.get(i), 5 - i));
        }

        assertThat(results).singleElement().satisfies(result -> {
            Result.Told<List<Read>> told = (Result.Told<List<Read>>) result;
            assertThat(told.answer())
                    .extracting(
                            read -> new String(((Read.Present) read).data(), java.nio.charset.StandardCharsets.UTF_8))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 70).mapToObj(i -> "/test/" + i).toList());
            assertThat(told.sent()).as("since the first was asked for").isEqualTo(3);
        });
    }

    @Test
    void onePortionWithoutAnAnswerOrANodeThatCannotBeReadLeavesNothing() {
        List<Effect.ReadAll> lost = ask(70);
        lost.get(1).then().accept(new Result.Unknown<>(new RegistryException("the connection was lost")));
        lost.get(0).then().accept(answer(lost.get(0), 1));
        lost.get(2).then().accept(answer(lost.get(2), 1));
        List<Effect.ReadAll> forbidden = ask(70);
        forbidden
                .get(2)
                .then()
                .accept(new Result.Told<>(
                        List.of(new Read.Unreadable(new RegistryException("ZooKeeper does not allow it"))), 1, 2));
        forbidden.get(0).then().accept(answer(forbidden.get(0), 1));

        assertThat(results).hasSize(2).allMatch(Result.Unknown.class::isInstance);
    }

    /** For whoever looks at each by itself, such as the sweep of arrays: a stranger's node costs the others nothing. */
    @Test
    void whereEachCountsByItselfANodeThatCannotBeReadIsToldOf() {
        List<String> paths = IntStream.range(0, 31).mapToObj(i -> "/test/" + i).toList();
        outbox.readEachCaughtUp(over, paths, results::add);
        List<Effect.ReadAll> asked =
                outbox.take().stream().map(Effect.ReadAll.class::cast).toList();
        asked.get(0).then().accept(answer(asked.get(0), 1));
        asked.get(1)
                .then()
                .accept(new Result.Told<>(
                        List.of(new Read.Unreadable(new RegistryException("ZooKeeper does not allow it"))), 1, 2));

        assertThat(asked).allMatch(Effect.ReadAll::caughtUp).hasSize(2);
        assertThat(results)
                .singleElement()
                .satisfies(result -> assertThat(((Result.Told<List<Read>>) result).answer())
                        .hasSize(31)
                        .last()
                        .isInstanceOf(Read.Unreadable.class));
    }
}
