package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cause;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.Join;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.JoinRecordCodec;
import io.elasticjob.coordination.Chain.Ancestor;
import io.elasticjob.coordination.JoinRecord.Arrival;
import io.elasticjob.coordination.JoinRecord.Done;
import io.elasticjob.coordination.JoinRecord.Fails;
import io.elasticjob.coordination.JoinRecord.Fires;
import io.elasticjob.coordination.JoinRecord.Kept;
import io.elasticjob.coordination.JoinRecord.Step;
import io.elasticjob.coordination.JoinRecord.Unchanged;
import io.elasticjob.coordination.JoinRecord.Waits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JoinRecordTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final List<String> BOTH = List.of("b", "c");

    private static Ancestor of(long number) {
        return new Ancestor("a", "life", new Firing.Triggered(number), NOON.plusSeconds(number));
    }

    private static Cause cause(String job) {
        return new Cause(job, new Firing.Triggered(7), NOON, FiringResult.SUCCEEDED);
    }

    private static Step arrived(JoinRecord record, @Nullable Ancestor of, Join rule, String text) {
        Arrival arrival = text.startsWith("!")
                ? new Arrival.Not(text.substring(1) + " has failed")
                : new Arrival.Came(cause(text));
        return record.arrived(of, text.replace("!", ""), arrival, rule, BOTH, NOON);
    }

    private static JoinRecord next(JoinRecord before, Step step) {
        if (step instanceof Waits waits) {
            return waits.next();
        } else if (step instanceof Fires fires) {
            return fires.next();
        }
        if (step instanceof Kept kept) {
            return kept.next();
        }
        return step instanceof Fails fails ? fails.next() : before;
    }

    private static String word(Step step) {
        return step.getClass().getSimpleName().toLowerCase(Locale.ROOT).replace("unchanged", "same");
    }

    /** Each with the words that follow from it, in turn. */
    @ParameterizedTest
    @CsvSource(textBlock = """
                    # rule, who has come ('!' for who will not), what follows each time
                    ALL , 'b c'      , 'waits fires'
                    ALL , 'c b'      , 'waits fires'
                    ALL , 'b b c'    , 'waits same fires'
                    ALL , 'b c b c'  , 'waits fires same same'
                    ALL , '!b c'     , 'fails kept'
                    ALL , '!b c b'   , 'fails kept fires'
                    ALL , '!b c b b c' , 'fails kept fires same same'
                    ALL , '!b b c'   , 'fails kept fires'
                    ALL , '!b !c b'  , 'fails same kept'
                    ALL , '!b c !b c', 'fails kept same same'
                    ALL , 'b !c'     , 'waits fails'
                    ALL , 'b !c b c c' , 'waits fails same fires same'
                    ALL , 'b !b c'   , 'waits same fires'
                    ANY , 'b c'      , 'fires same'
                    ANY , 'b b'      , 'fires same'
                    ANY , '!b c'     , 'waits fires'
                    ANY , '!b b'     , 'waits fires'
                    ANY , '!b !b !c' , 'waits same fails'
                    ANY , '!b !c c'  , 'waits fails fires'
                    ANY , '!b !c c b' , 'waits fails fires same'
                    """)
    void aJoinIsDecidedOnceWhoeverComesAndHoweverOften(Join rule, String coming, String following) {
        JoinRecord record = JoinRecord.NEW;
        List<String> words = new ArrayList<>();
        for (String one : coming.split(" ")) {
            Step step = arrived(record, of(1), rule, one);
            words.add(word(step));
            record = next(record, step);
        }
        assertThat(words).containsExactlyElementsOf(Arrays.asList(following.split(" ")));
    }

    @Test
    void itRunsAfterAllThatHaveComeInTheOrderOfTheSetting() {
        JoinRecord one = next(JoinRecord.NEW, arrived(JoinRecord.NEW, of(1), Join.ALL, "c"));

        assertThat(arrived(one, of(1), Join.ALL, "b")).isInstanceOfSatisfying(Fires.class, fires -> {
            assertThat(fires.causes()).extracting(Cause::job).containsExactly("b", "c");
            assertThat(fires.next().waiting()).isEmpty();
            assertThat(fires.next().done()).containsExactly(new Done("a@life/trigger-1", true));
        });
    }

    @Test
    void aJoinThatHasNotRunTellsWhatIsStillMissingAndRunsAfterAllThatHasComeSince() {
        JoinRecord failed = next(JoinRecord.NEW, arrived(JoinRecord.NEW, of(1), Join.ALL, "!b"));

        Step kept = arrived(failed, of(1), Join.ALL, "c");

        assertThat(kept)
                .isInstanceOfSatisfying(Kept.class, it -> assertThat(it.why()).isEqualTo("b has failed"));
        JoinRecord stored = ((Decoded.Value<JoinRecord>)
                        JoinRecordCodec.decode(JoinRecordCodec.encode(next(failed, kept))))
                .value();
        assertThat(stored).isEqualTo(next(failed, kept));
        assertThat(arrived(stored, of(1), Join.ALL, "b")).isInstanceOfSatisfying(Fires.class, fires -> {
            assertThat(fires.causes()).extracting(Cause::job).containsExactly("b", "c");
            assertThat(fires.next().done()).containsExactly(new Done("a@life/trigger-1", true));
            assertThat(fires.next().missed()).isEmpty();
        });
    }

    @Test
    void ofJoinsThatHaveNotRunTheLatestCanStillRun() {
        JoinRecord record = JoinRecord.NEW;
        for (int firing = 0; firing <= JoinRecord.MOST_MISSED; firing++) {
            record = next(record, arrived(record, of(firing), Join.ALL, "!b"));
        }

        assertThat(record.missed()).hasSize(JoinRecord.MOST_MISSED);
        assertThat(record.done()).hasSize(JoinRecord.MOST_MISSED + 1);
        assertThat(arrived(record, of(0), Join.ALL, "b")).isEqualTo(new Unchanged());
        assertThat(arrived(record, of(1), Join.ALL, "b")).isInstanceOf(Kept.class);
    }

    @Test
    void whatHasComeForJoinsThatHaveNotRunNeverMakesTheRecordTooLong() {
        JoinRecord record = JoinRecord.NEW;
        for (int firing = 0; firing < 20; firing++) {
            Arrival long8 = new Arrival.Came(new Cause(
                    "b",
                    new Firing.Triggered(7),
                    NOON,
                    FiringResult.SUCCEEDED,
                    new TreeMap<>(Map.of(0, "x".repeat(8_000))),
                    0));
            record = next(record, record.arrived(of(firing), "b", long8, Join.ALL, BOTH, NOON));
            record = next(record, arrived(record, of(firing), Join.ALL, "!c"));
        }

        assertThat(record.missed()).isNotEmpty();
        assertThat(JoinRecordCodec.encode(record).length).isLessThan(JoinRecord.MOST_MISSED_LENGTH);
    }

    @Test
    void firingsOfDifferentAncestorsAreNotTakenTogether() {
        JoinRecord one = next(JoinRecord.NEW, arrived(JoinRecord.NEW, of(1), Join.ALL, "b"));

        assertThat(arrived(one, of(2), Join.ALL, "c"))
                .isInstanceOfSatisfying(
                        Waits.class, waits -> assertThat(waits.next().waiting()).hasSize(2));
    }

    @Test
    void firingsOfAnotherLifeOfTheAncestorAreOthersThoughTheirNumbersAreTheSame() {
        JoinRecord one = next(JoinRecord.NEW, arrived(JoinRecord.NEW, of(1), Join.ALL, "b"));
        Ancestor again = new Ancestor("a", "other", new Firing.Triggered(1), NOON);

        assertThat(arrived(one, again, Join.ALL, "c")).isInstanceOf(Waits.class);
    }

    @Test
    void whatHasWaitedForLongestIsDroppedWhenTooManyWait() {
        JoinRecord record = JoinRecord.NEW;
        for (int i = 0; i < JoinRecord.MOST_WAITING; i++) {
            Step step = arrived(record, of(i), Join.ALL, "b");
            assertThat(((Waits) step).dropped()).isEmpty();
            record = next(record, step);
        }

        Waits last = (Waits) arrived(record, of(1_000), Join.ALL, "b");

        assertThat(last.dropped()).singleElement().satisfies(entry -> {
            assertThat(entry.of()).isEqualTo(of(0));
            assertThat(entry.missing(BOTH)).containsExactly("c");
        });
        assertThat(last.next().waiting()).hasSize(JoinRecord.MOST_WAITING);
    }

    @Test
    void longResultsOfThoseThatWaitHaveFewerOfThemWait() {
        JoinRecord record = JoinRecord.NEW;
        int dropped = 0;
        for (int i = 0; i < 50; i++) {
            Cause cause = new Cause(
                    "b",
                    new Firing.Triggered(i),
                    NOON,
                    FiringResult.SUCCEEDED,
                    new TreeMap<>(Map.of(0, "x".repeat(8_000))),
                    0);
            Waits waits = (Waits) record.arrived(of(i), "b", new Arrival.Came(cause), Join.ALL, BOTH, NOON);
            dropped += waits.dropped().size();
            record = waits.next();
        }

        assertThat(dropped).isPositive();
        assertThat(JoinRecordCodec.encode(record)).hasSizeLessThan(JoinRecord.MOST_LENGTH);
    }

    @Test
    void ofTheManyThatAreDoneTheOldestAreForgotten() {
        JoinRecord record = JoinRecord.NEW;
        for (int i = 0; i < JoinRecord.MOST_DONE + 5; i++) {
            record = next(record, arrived(record, of(i), Join.ANY, "b"));
        }

        assertThat(record.done()).hasSize(JoinRecord.MOST_DONE);
        assertThat(arrived(record, of(5), Join.ANY, "c")).isInstanceOf(Unchanged.class);
        assertThat(JoinRecordCodec.encode(record)).hasSizeLessThan(30_000);
    }

    @Test
    void withoutACommonAncestorTheLatestOfEachCountsSinceTheLastRun() {
        JoinRecord one = next(JoinRecord.NEW, arrived(JoinRecord.NEW, null, Join.ALL, "b"));
        assertThat(arrived(one, null, Join.ALL, "!c")).isInstanceOf(Unchanged.class);
        one = next(one, arrived(one, null, Join.ALL, "b"));

        Fires fires = (Fires) arrived(one, null, Join.ALL, "c");

        assertThat(fires.next()).isEqualTo(JoinRecord.NEW);
        assertThat(arrived(fires.next(), null, Join.ALL, "c")).isInstanceOf(Waits.class);
    }

    @Test
    void itIsStoredAsItIs() {
        JoinRecord record = next(JoinRecord.NEW, arrived(JoinRecord.NEW, of(1), Join.ALL, "b"));
        record = next(record, arrived(record, of(2), Join.ALL, "!b"));
        record = next(record, arrived(record, of(3), Join.ANY, "!b"));
        record = next(record, arrived(record, of(4), Join.ANY, "b"));
        JoinRecord unrelated = next(record, arrived(record, null, Join.ALL, "c"));

        assertThat(JoinRecordCodec.decode(JoinRecordCodec.encode(record))).isEqualTo(new Decoded.Value<>(record));
        assertThat(JoinRecordCodec.decode(JoinRecordCodec.encode(unrelated))).isEqualTo(new Decoded.Value<>(unrelated));
        assertThat(unrelated.waiting()).hasSize(1);
        assertThat(record.done()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"format":1,"done":[{"of":"a@x","firings":["2026"]}]}
                    {"format":1,"done":[{"of":"a/x","firings":["+trigger-1"]}]}
                    {"format":1,"waiting":[{"arrived":{}}]}
                    {"format":1,"waiting":["b"]}
                    {"format":1,"waiting":[{"since":"2026-01-01T00:00:00Z","arrived":{"b":{}}}]}
                    """)
    void whatSomebodyHasWrittenOverIsNotRead(String json) {
        assertThat(JoinRecordCodec.decode(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Decoded.Broken.class);
    }
}
