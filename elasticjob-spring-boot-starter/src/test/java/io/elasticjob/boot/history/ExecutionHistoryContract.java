package io.elasticjob.boot.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.Retention;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What every history does, wherever it keeps what it is told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
abstract class ExecutionHistoryContract {

    static final Instant NOON = Instant.parse("2026-06-01T12:00:00.123Z");
    private static final Retention GENEROUS = new Retention(Duration.ofDays(30), 1000);

    /** An empty history that holds 5000 executions at least. */
    abstract ExecutionHistory empty();

    @Test
    void whatItIsToldIsFoundAsItWasTold() {
        ExecutionHistory history = empty();
        ExecutionRecord full = new ExecutionRecord(
                "Aufträge 订单",
                "2026-06-01T12:00:00Z",
                9_999,
                2,
                "till-7.8hor19mr86",
                Long.MAX_VALUE,
                NOON,
                NOON.plusMillis(1),
                "FAILED",
                "nul \0, half \uD83D, whole \uD83D\uDE00 " + "é".repeat(600),
                "\uD83D\uDE00".repeat(250));
        ExecutionRecord bare = new ExecutionRecord(
                "Aufträge 订单", "trigger-9223372036854775807", 0, 1, "a", null, NOON, null, null, null, null);

        assertThat(history.record(List.of())).isZero();
        assertThat(history.record(List.of(full, bare))).isZero();

        assertThat(history.find(ExecutionQuery.latest("Aufträge 订单", 10))).containsExactly(bare, full);
        assertThat(history.find(ExecutionQuery.latest("aufträge 订单", 10))).isEmpty();
    }

    @Test
    void whateverIsToldInWhateverOrderIsMergedIntoOneRecordForEachExecution() {
        ExecutionHistory history = empty();
        Random random = new Random(11);
        for (int round = 0; round < 20; round++) {
            List<ExecutionRecord> told = new ArrayList<>();
            for (int shard = 0; shard < 5; shard++) {
                ExecutionRecord begun = execution("orders", round, shard, NOON.plusSeconds(round), null);
                told.add(begun);
                told.add(begun);
                if (shard > 0) {
                    told.add(lost(begun));
                }
                if (shard > 1) {
                    told.add(ended(begun, shard % 2 == 0 ? "SUCCEEDED" : "FENCED"));
                }
            }
            Collections.shuffle(told, random);
            while (!told.isEmpty()) {
                List<ExecutionRecord> batch = told.subList(0, 1 + random.nextInt(told.size()));
                assertThat(history.record(List.copyOf(batch))).isZero();
                batch.clear();
            }
        }

        List<ExecutionRecord> found = history.find(ExecutionQuery.latest("orders", 500));
        assertThat(found)
                .hasSize(100)
                .allSatisfy(record -> assertThat(record)
                        .returns(
                                switch (record.shard()) {
                                    case 0 -> null;
                                    case 1 -> "LOST";
                                    case 3 -> "FENCED";
                                    default -> "SUCCEEDED";
                                },
                                ExecutionRecord::outcome)
                        .returns("till-7.x", ExecutionRecord::instance)
                        .returns(7L, ExecutionRecord::fencingToken));
    }

    @Test
    void anExecutionOfALaterLifeOfItsJobReplacesTheOneOfTheSameName() {
        ExecutionHistory history = empty();
        ExecutionRecord former = ended(execution("orders", 0, 0, NOON, null), "FAILED");
        ExecutionRecord again = new ExecutionRecord(
                "orders", former.firing(), 0, 1, "till-8.y", 3L, NOON.plusSeconds(5), null, null, null, null);
        history.record(List.of(former));

        history.record(List.of(again));

        assertThat(history.find(ExecutionQuery.latest("orders", 10))).containsExactly(again);
    }

    @Test
    void everyQueryFindsWhatMatchesItAndItsPagesAreTheWhole() {
        ExecutionHistory history = empty();
        Random random = new Random(13);
        List<ExecutionRecord> all = new ArrayList<>();
        for (int firing = 0; firing < 60; firing++) {
            for (int shard = 0; shard < 12; shard++) {
                ExecutionRecord begun = execution(
                        random.nextInt(4) == 0 ? "nightly" : "orders",
                        firing,
                        shard,
                        NOON.plusMillis(firing / 2 * 1000L + random.nextInt(2)), // many that begin together
                        null);
                all.add(random.nextInt(5) == 0 ? begun : ended(begun, any(random, ExecutionRecord.OUTCOMES)));
            }
        }
        Collections.shuffle(all, random);
        for (int from = 0; from < all.size(); from += 200) {
            history.record(all.subList(from, Math.min(all.size(), from + 200)));
        }
        List<String> outcomes = Stream.concat(ExecutionRecord.OUTCOMES.stream(), Stream.of(ExecutionQuery.RUNNING))
                .toList();
        for (int i = 0; i < 60; i++) {
            ExecutionQuery query = new ExecutionQuery(
                    any(random, List.of("orders", "orders", "nightly", "none")),
                    perhaps(random, random.nextInt(13)),
                    perhaps(random, any(random, outcomes)),
                    perhaps(random, firing(random.nextInt(61))),
                    perhaps(random, NOON.plusMillis(random.nextInt(30_000)).plusNanos(random.nextInt(2))),
                    perhaps(random, NOON.plusMillis(random.nextInt(30_000)).plusNanos(random.nextInt(2))),
                    null,
                    1 + random.nextInt(40));
            List<ExecutionRecord> expected = all.stream()
                    .filter(query::matches)
                    .sorted(Comparator.comparing(ExecutionRecord::startedAt)
                            .thenComparing(ExecutionRecord::id)
                            .reversed())
                    .toList();

            assertThat(pages(history, query)).as("%s", query).isEqualTo(expected);
        }
    }

    @Test
    void whatBeganTogetherIsInTheSameOrderEverywhere() {
        ExecutionHistory history = empty();
        List<ExecutionRecord> together = Stream.of("a", "B", "b", "a:1", "a1", "a-1", "_", "é", "Z")
                .map(firing -> new ExecutionRecord("orders", firing, 0, 1, "a", 1L, NOON, null, null, null, null))
                .toList();
        history.record(together);

        assertThat(pages(history, ExecutionQuery.latest("orders", 2)))
                .isEqualTo(
                        together.stream().sorted(ExecutionRecord.LATEST_FIRST).toList());
    }

    @Test
    void pagesStayWhereTheyAreWhenNewerExecutionsComeAndOlderOnesGo() {
        ExecutionHistory history = empty();
        history.record(executions("orders", 0, 6));
        List<ExecutionRecord> first = history.find(ExecutionQuery.latest("orders", 2));
        ExecutionQuery second = ExecutionQuery.latest("orders", 2).before(ExecutionQuery.Place.of(first.get(1)));

        history.record(executions("orders", 6, 9));
        assertThat(history.find(second)).extracting(ExecutionRecord::firing).containsExactly(firing(3), firing(2));

        history.prune(new Retention(Duration.ofDays(30), 4), NOON); // with the place where the first page ended
        assertThat(history.find(second)).isEmpty();
    }

    @Test
    void whatBeganTooLongAgoIsRemoved() {
        ExecutionHistory history = empty();
        history.record(executions("orders", 0, 1200));
        history.record(executions("nightly", 0, 3));
        Instant now = NOON.plusSeconds(1100).plus(GENEROUS.maxAge()); // those that began at 1100 s are not too old yet

        pruneAll(history, new Retention(GENEROUS.maxAge(), 1_000_000), now);

        assertThat(pages(history, ExecutionQuery.latest("orders", 500)))
                .hasSize(100)
                .allSatisfy(record -> assertThat(record.startedAt()).isAfterOrEqualTo(NOON.plusSeconds(1100)));
        assertThat(history.find(ExecutionQuery.latest("nightly", 10))).isEmpty();
    }

    @Test
    void ofEachJobTheLatestAreKept() {
        ExecutionHistory history = empty();
        history.record(executions("orders", 0, 1200));
        history.record(executions("nightly", 0, 3));
        history.record(executions("Orders", 0, 11));

        pruneAll(history, new Retention(GENEROUS.maxAge(), 10), NOON);

        assertThat(history.find(ExecutionQuery.latest("orders", 500)))
                .extracting(ExecutionRecord::firing)
                .containsExactlyElementsOf(
                        IntStream.range(0, 10).mapToObj(i -> firing(1199 - i)).toList());
        assertThat(history.find(ExecutionQuery.latest("Orders", 500))).hasSize(10);
        assertThat(history.find(ExecutionQuery.latest("nightly", 500))).hasSize(3);
    }

    @Test
    void whatSeemsToRunThoughALaterExecutionOfItsShardHasBegunIsEnded() {
        ExecutionHistory history = empty();
        ExecutionRecord unended = begun("orders", 1, 0, NOON, 10L);
        ExecutionRecord running = begun("orders", 2, 0, NOON.plusSeconds(1), 20L);
        history.record(List.of(
                unended,
                running,
                begun("orders", 1, 1, NOON, 10L), // of a shard that has run nothing since
                begun("orders", 1, 2, NOON, 10L),
                begun("orders", 2, 2, NOON.minusSeconds(1), 20L), // by a clock that is behind
                begun("orders", 1, 3, NOON, 20L),
                begun("orders", 2, 3, NOON.plusSeconds(1), 10L), // of a registry that was made anew
                begun("nightly", 2, 1, NOON.plusSeconds(1), 20L)));

        pruneAll(history, GENEROUS, NOON.plusSeconds(30));

        assertThat(history.find(new ExecutionQuery("orders", null, "LOST", null, null, null, null, 9)))
                .containsExactly(unended.neverToldToEnd(NOON.plusSeconds(30)));
        assertThat(history.find(new ExecutionQuery("orders", null, "RUNNING", null, null, null, null, 9)))
                .hasSize(6)
                .contains(running);

        history.record(List.of(ended(unended, "FENCED")));
        assertThat(history.find(new ExecutionQuery("orders", 0, "FENCED", null, null, null, null, 9)))
                .as("the word of who ran it still counts")
                .hasSize(1);
    }

    private static ExecutionRecord begun(String job, int firing, int shard, Instant startedAt, long token) {
        return new ExecutionRecord(job, firing(firing), shard, 1, "till-7.x", token, startedAt, null, null, null, null);
    }

    private static void pruneAll(ExecutionHistory history, Retention retention, Instant now) {
        int portions = 0;
        while (history.prune(retention, now)) {
            assertThat(++portions).isLessThan(10);
        }
    }

    private static List<ExecutionRecord> pages(ExecutionHistory history, ExecutionQuery first) {
        List<ExecutionRecord> all = new ArrayList<>();
        List<ExecutionRecord> page = history.find(first);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(first.size());
            all.addAll(page);
            page = history.find(first.before(ExecutionQuery.Place.of(page.get(page.size() - 1))));
        }
        return all;
    }

    static List<ExecutionRecord> executions(String job, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> execution(job, i, 0, NOON.plusSeconds(i), "SUCCEEDED"))
                .collect(Collectors.toList());
    }

    static ExecutionRecord execution(String job, int firing, int shard, Instant startedAt, @Nullable String outcome) {
        return new ExecutionRecord(
                job,
                firing(firing),
                shard,
                1,
                "till-7.x",
                7L,
                startedAt,
                outcome == null ? null : startedAt.plusSeconds(1),
                outcome,
                null,
                null);
    }

    static ExecutionRecord ended(ExecutionRecord begun, String outcome) {
        return new ExecutionRecord(
                begun.job(),
                begun.firing(),
                begun.shard(),
                begun.attempt(),
                begun.instance(),
                begun.fencingToken(),
                begun.startedAt(),
                begun.startedAt().plusMillis(1500),
                outcome,
                null,
                null);
    }

    static ExecutionRecord lost(ExecutionRecord begun) {
        return new ExecutionRecord(
                begun.job(),
                begun.firing(),
                begun.shard(),
                begun.attempt(),
                begun.instance(),
                null,
                begun.startedAt().minusMillis(3),
                begun.startedAt().plusSeconds(20),
                "LOST",
                null,
                "its instance died");
    }

    static String firing(int number) {
        return number % 2 == 0 ? "trigger-" + number : NOON.plusSeconds(number).toString();
    }

    private static <T> T any(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static <T> @Nullable T perhaps(Random random, T value) {
        return random.nextInt(3) == 0 ? value : null;
    }
}
