package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
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
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How often what cannot be read is asked for, whoever asks. */
class InquiryTest {

    private static final String JOB = "/test/jobs/orders";

    private final RegistryTime time = new RegistryTime(Duration.ofSeconds(1), FiringClock.LOCAL);
    private final Outbox outbox = new Outbox(time);
    private final Connection over = new Connection(new Session("s", Duration.ofSeconds(6)));
    private final Inquiry inquiry = new Inquiry(outbox, 100, 100, "so that nothing comes of it");
    private final List<String> told = new ArrayList<>();
    private Duration now = Duration.ZERO;

    InquiryTest() {
        turn(Duration.ZERO);
    }

    private void turn(Duration later) {
        now = now.plus(later);
        time.turn(new Clocks(Instant.EPOCH.plus(now), now.toNanos(), Duration.ZERO));
    }

    private class Asker implements Inquiry.Asker {

        @Override
        public boolean isWanted() {
            return true;
        }

        @Override
        public boolean read(int at, Read read) {
            told.add("read");
            return true;
        }

        @Override
        public boolean unreadable(int at, String why, Duration pause) {
            told.add("unreadable for " + pause.toSeconds() + " s");
            return true;
        }

        @Override
        public void complete() {}

        @Override
        public void unanswered(int from, Throwable why) {
            told.add("unanswered");
        }
    }

    private void ask(Inquiry through) {
        through.ask(over, List.of(JOB), new Asker());
    }

    private List<Effect.ReadAll> questions() {
        List<Effect> effects = outbox.take();
        effects.stream()
                .filter(effect -> effect instanceof Effect.Publish publish
                        && publish.event() instanceof ElasticJobEvent.ValueUnreadable)
                .forEach(effect -> told.add("told"));
        return effects.stream()
                .filter(Effect.ReadAll.class::isInstance)
                .map(Effect.ReadAll.class::cast)
                .toList();
    }

    /** Asked so often at once, before the connection is lost. */
    private void lose(int questions) {
        for (int i = 0; i < questions; i++) {
            ask(inquiry);
        }
        List<Effect.ReadAll> asked = questions();
        assertThat(asked).hasSize(questions);
        turn(Duration.ofMillis(10));
        asked.forEach(question ->
                question.then().accept(new Result.Unknown<>(new RegistryException("the connection was lost"))));
        assertThat(questions()).isEmpty();
    }

    @Test
    void howeverManyQuestionsForANodeAreLostTogetherItIsOneFailure() {
        lose(20);
        lose(20);
        assertThat(told).containsOnly("unanswered");
        lose(20);
        assertThat(told.stream().filter("told"::equals)).hasSize(1);
        told.clear();
        ask(inquiry);
        assertThat(questions()).isEmpty();
        assertThat(told).containsExactly("unreadable for 1 s");
    }

    @Test
    void thePauseDoublesOnceForAllThatWereLostTogether() {
        lose(1);
        lose(1);
        lose(1);
        for (int pause : List.of(1, 2, 4)) {
            turn(Duration.ofSeconds(pause));
            told.clear();
            lose(20);
            ask(inquiry);
            assertThat(told).endsWith("unreadable for " + 2 * pause + " s").doesNotContain("told");
        }
    }

    @Test
    void whatOneFoundUnreadableNoOtherAsksFor() {
        lose(1);
        lose(1);
        lose(1);
        told.clear();
        Inquiry other = new Inquiry(outbox, 100, 100, "so that something else does not come of it");
        ask(other);
        assertThat(questions()).isEmpty();
        assertThat(told).containsExactly("unreadable for 1 s");

        turn(Duration.ofSeconds(1));
        ask(other);
        questions().get(0).then().accept(new Result.Told<>(List.of(new Read.Absent()), 0, 0));
        ask(inquiry);
        assertThat(questions()).as("it can be read again").hasSize(1);
    }

    // ---- A client that takes less than is asked for at first
    // ----------------------------------------------------------

    /** Nodes of such lengths are all read through a client that takes so much; gives how often that lost the connection. */
    private int losses(int takes, List<Integer> lengths) {
        List<String> paths = IntStream.range(0, lengths.size())
                .mapToObj(i -> "/test/jobs/" + i)
                .toList();
        int losses = 0;
        for (int from = 0; from < paths.size(); ) {
            Map<Integer, Read> answered = new TreeMap<>();
            boolean[] complete = {false};
            int begin = from;
            inquiry.ask(over, paths.subList(begin, paths.size()), new Asker() {
                @Override
                public boolean read(int at, Read read) {
                    answered.put(begin + at, read);
                    return true;
                }

                @Override
                public void complete() {
                    complete[0] = true;
                }
            });
            for (List<Effect.ReadAll> asked = questions(); !asked.isEmpty(); asked = questions()) {
                Effect.ReadAll question = asked.get(0);
                turn(Duration.ofMillis(10));
                List<Integer> of = question.paths().stream()
                        .map(path -> lengths.get(paths.indexOf(path)))
                        .toList();
                if (of.stream().mapToInt(length -> length).sum() > takes) {
                    losses++;
                    question.then().accept(new Result.Unknown<>(new RegistryException("the connection was lost")));
                } else {
                    question.then()
                            .accept(new Result.Told<>(
                                    of.stream().map(InquiryTest::node).toList(), 0, 0));
                }
            }
            assertThat(answered.keySet())
                    .containsExactlyElementsOf(IntStream.range(begin, begin + answered.size())
                            .boxed()
                            .toList());
            from += answered.size();
            assertThat(complete[0]).isEqualTo(from == paths.size());
        }
        return losses;
    }

    private static Read node(int length) {
        return new Read.Present(new byte[length], new Stat(1, 1, 0, Instant.EPOCH, Instant.EPOCH));
    }

    static List<List<Integer>> lengths() {
        SplittableRandom random = new SplittableRandom(7);
        return List.of(
                Collections.nCopies(100, 20_000),
                Collections.nCopies(1_000, 2_000),
                Stream.concat(Collections.nCopies(500, 100).stream(), Collections.nCopies(50, 31_000).stream())
                        .toList(),
                Stream.generate(() -> random.nextInt(60_000)).limit(300).toList());
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void whatAClientTakesIsLearntOnceAndNotForgotten(List<Integer> lengths) {
        int takes = 64 * 1024;
        assertThat(losses(takes, lengths)).isBetween(1, 6);
        for (int again = 0; again < 5; again++) {
            assertThat(losses(takes, lengths)).as("of reading %s", again).isZero();
        }
        assertThat(losses(takes, lengths.subList(0, lengths.size() / 2))).isZero();
    }

    @Test
    void anAnswerThatWasLostForAnotherReasonCostsNothingInTheLongRun() {
        List<Integer> lengths = Collections.nCopies(100, 2_000);
        losses(150_000, lengths);
        losses(Integer.MAX_VALUE, lengths);
        assertThat(told).doesNotContain("unreadable");
        assertThat(losses(Integer.MAX_VALUE, lengths)).isZero();
        inquiry.ask(
                over, IntStream.range(0, 100).mapToObj(i -> "/test/jobs/" + i).toList(), new Asker());
        assertThat(questions().get(0).paths()).hasSizeGreaterThanOrEqualTo(25);
    }

    // ---- Several portions under way

    private static final int PORTION = 10;
    private final Inquiry quick = new Inquiry(outbox, PORTION, PORTION, 4, "so that nothing comes of it");
    private final List<Integer> read = new ArrayList<>();
    private boolean stops;

    private final class Places implements Inquiry.Asker {

        @Override
        public boolean isWanted() {
            return true;
        }

        @Override
        public boolean read(int at, Read answer) {
            read.add(at);
            return !stops;
        }

        @Override
        public boolean unreadable(int at, String why, Duration pause) {
            told.add("unreadable " + at);
            return true;
        }

        @Override
        public void complete() {
            told.add("complete");
        }

        @Override
        public void unanswered(int from, Throwable why) {
            told.add("unanswered from " + from);
        }
    }

    private void askFor(int nodes) {
        quick.ask(over, IntStream.range(0, nodes).mapToObj(i -> JOB + i).toList(), new Places());
    }

    private void answer(Effect.ReadAll question) {
        List<Read> absent =
                question.paths().stream().<Read>map(path -> new Read.Absent()).toList();
        question.then().accept(new Result.Told<>(absent, 0, 0));
    }

    @Test
    void portionsFollowUponOneAnotherAndEachNodeIsToldOnce() {
        askFor(95);
        List<Effect.ReadAll> asked = new ArrayList<>(questions());
        assertThat(asked).hasSize(4);
        int requests = 4;
        while (!asked.isEmpty()) {
            answer(asked.remove(asked.size() > 2 ? 1 : 0)); // in whatever order
            List<Effect.ReadAll> more = questions();
            assertThat(more.size()).isLessThanOrEqualTo(1);
            requests += more.size();
            asked.addAll(more);
        }

        assertThat(requests).isEqualTo(10);
        assertThat(read).hasSize(95).doesNotHaveDuplicates();
        assertThat(told).containsExactly("complete");
    }

    @Test
    void whereOneHasNoAnswerTheRestIsAskedForAgainFromTheFirstThatWasNotAnswered() {
        askFor(95);
        List<Effect.ReadAll> asked = questions();
        answer(asked.get(0));
        asked.get(2).then().accept(new Result.Unknown<>(new RegistryException("lost")));
        answer(asked.get(1));
        asked.get(3).then().accept(new Result.Unknown<>(new RegistryException("lost")));

        assertThat(told).containsExactly("unanswered from 10");
        assertThat(read).hasSize(PORTION);
        read.clear();
        questions();
        askFor(30);
        assertThat(questions()).as("after a loss one after the other").hasSize(1);
    }

    @Test
    void whoNeedsNoMoreIsToldNoMore() {
        stops = true;
        askFor(95);
        List<Effect.ReadAll> asked = questions();
        asked.forEach(this::answer);

        assertThat(read).containsExactly(0);
        assertThat(questions()).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void nodesOfUnknownLengthAndLongOnesAreReadOneAfterTheOther() {
        Inquiry careful = new Inquiry(outbox, 1, PORTION, 4, "so that nothing comes of it");
        careful.ask(over, IntStream.range(0, 95).mapToObj(i -> JOB + i).toList(), new Places());
        assertThat(questions()).hasSize(1);

        careful.wrote(100);
        careful.ask(over, IntStream.range(0, 95).mapToObj(i -> JOB + i).toList(), new Places());
        assertThat(questions()).hasSize(4);

        careful.wrote(1_000_000);
        careful.ask(over, IntStream.range(0, 95).mapToObj(i -> JOB + i).toList(), new Places());
        assertThat(questions()).hasSize(1);
    }
}
