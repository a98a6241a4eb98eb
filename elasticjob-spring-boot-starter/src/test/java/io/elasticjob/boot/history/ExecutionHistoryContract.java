package io.elasticjob.boot.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.ExecutionRecord.End;
import io.elasticjob.history.ExecutionRecord.Identity;
import io.elasticjob.history.ExecutionTally;
import io.elasticjob.history.Retention;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
                new Identity("Aufträge 订单", "k3x9", "2026-06-01T12:00:00Z", 9_999, 2, Long.MAX_VALUE),
                NOON.minusSeconds(9),
                "A cause of later",
                "till-7.8hor19mr86",
                NOON,
                new End(
                        NOON.plusMillis(1),
                        "FAILED",
                        "nul \0, half \uD83D, whole \uD83D\uDE00 " + "é".repeat(600),
                        "\uD83D\uDE00".repeat(250)));
        ExecutionRecord bare = new ExecutionRecord(
                new Identity("Aufträge 订单", "", "trigger-9223372036854775807", 0, 1, null),
                NOON,
                ExecutionRecord.TRIGGER,
                "a",
                NOON,
                null);

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
    void executionsOfTheSameNameAreToldApartByTheLifeOfTheirJobAndByTheirToken() {
        ExecutionHistory history = empty();
        ExecutionRecord former = ended(execution("orders", 0, 0, NOON, null), "FAILED");
        ExecutionRecord ofALaterLife = again("another", 7L, NOON.plusSeconds(5));
        ExecutionRecord ofRestoredData = again("k3x9", 3L, NOON.plusSeconds(6));
        history.record(List.of(former));

        history.record(List.of(ofALaterLife, ofRestoredData));

        assertThat(history.find(ExecutionQuery.latest("orders", 10)))
                .containsExactly(ofRestoredData, ofALaterLife, former);
        assertThat(pages(history, ExecutionQuery.latest("orders", 1))).hasSize(3);
    }

    /** Of the same job, firing, shard and attempt as the first of {@link #executions}. */
    private static ExecutionRecord again(String life, long token, Instant startedAt) {
        return new ExecutionRecord(
                new Identity("orders", life, firing(0), 0, 1, token),
                NOON,
                ExecutionRecord.TRIGGER,
                "till-8.y",
                startedAt,
                null);
    }

    @Test
    void everyQueryFindsWhatMatchesItAndItsPagesAreTheWhole() {
        ExecutionHistory history = empty();
        Random random = new Random(13);
        List<ExecutionRecord> all = filled(history, random);
        List<String> outcomes = Stream.concat(ExecutionRecord.OUTCOMES.stream(), Stream.of(ExecutionQuery.RUNNING))
                .toList();
        for (int i = 0; i < 60; i++) {
            ExecutionQuery query = new ExecutionQuery(
                    new ExecutionQuery.Work(
                            perhaps(random, any(random, List.of("orders", "orders", "nightly", "none"))),
                            perhaps(random, random.nextInt(13)),
                            perhaps(random, firing(random.nextInt(61))),
                            perhaps(random, any(random, List.of("till-7.x", "till-7", "till", "till-7.", "till_7")))),
                    new ExecutionQuery.Span(
                            perhaps(
                                    random,
                                    NOON.plusMillis(random.nextInt(30_000)).plusNanos(random.nextInt(2))),
                            perhaps(
                                    random,
                                    NOON.plusMillis(random.nextInt(30_000)).plusNanos(random.nextInt(2)))),
                    perhaps(random, any(random, outcomes)),
                    perhaps(random, any(random, List.of("DISK", "o", "!", "_", "%", "50%", "a_b"))),
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
    void theLatestOfSeveralJobsAreThoseOfEachByItself() {
        ExecutionHistory history = empty();
        filled(history, new Random(14));

        Map<String, List<ExecutionRecord>> latest = history.latest(List.of("orders", "none", "nightly"), 7);

        assertThat(latest)
                .containsOnly(
                        Map.entry("orders", history.find(ExecutionQuery.latest("orders", 7))),
                        Map.entry("nightly", history.find(ExecutionQuery.latest("nightly", 7))));
        assertThat(history.latest(List.of(), 7)).isEmpty();
    }

    @Test
    void executionsAreCountedByJobAndByParts() {
        ExecutionHistory history = empty();
        List<ExecutionRecord> all = filled(history, new Random(15));
        Instant from = NOON.plusSeconds(3).plusMillis(1);
        Instant to = NOON.plusSeconds(20);
        List<ExecutionRecord> then = all.stream()
                .filter(record ->
                        !record.startedAt().isBefore(from) && record.startedAt().isBefore(to))
                .toList();

        List<ExecutionTally> byJob = tally(history, new ExecutionTally.Query(null, from, to, null));
        List<ExecutionTally> byPart =
                tally(history, new ExecutionTally.Query("orders", from, to, Duration.ofSeconds(7)));

        assertThat(byJob)
                .allSatisfy(one -> assertThat(one.executions())
                        .isEqualTo(then.stream()
                                .filter(record -> record.job().equals(one.job())
                                        && outcome(record).equals(one.outcome()))
                                .count()));
        assertThat(byJob.stream().mapToLong(ExecutionTally::executions).sum()).isEqualTo(then.size());
        assertThat(byJob).allSatisfy(one -> {
            boolean runs = one.outcome().equals(ExecutionQuery.RUNNING);
            assertThat(one.longest()).isEqualTo(Duration.ofMillis(runs ? 0 : 1500));
            assertThat(one.total()).isEqualTo(one.longest().multipliedBy(one.executions()));
        });
        assertThat(byPart).allSatisfy(one -> {
            assertThat(one.job()).isEqualTo("orders");
            assertThat(one.from().toEpochMilli() % 7000).isZero();
            assertThat(one.executions())
                    .isEqualTo(then.stream()
                            .filter(record -> record.job().equals("orders")
                                    && outcome(record).equals(one.outcome())
                                    && record.startedAt().toEpochMilli() / 7000
                                            == one.from().toEpochMilli() / 7000)
                            .count());
        });
        assertThat(byPart.stream().mapToLong(ExecutionTally::executions).sum())
                .isEqualTo(then.stream()
                        .filter(record -> record.job().equals("orders"))
                        .count());
    }

    private static List<ExecutionTally> tally(ExecutionHistory history, ExecutionTally.Query query) {
        return history.tally(query).orElseThrow();
    }

    private static String outcome(ExecutionRecord record) {
        return record.isRunning() ? ExecutionQuery.RUNNING : String.valueOf(record.outcome());
    }

    /** Two jobs, some of whose executions begin together. */
    private static List<ExecutionRecord> filled(ExecutionHistory history, Random random) {
        List<ExecutionRecord> all = new ArrayList<>();
        for (int firing = 0; firing < 60; firing++) {
            for (int shard = 0; shard < 12; shard++) {
                ExecutionRecord begun = on(
                        any(random, List.of("till-7.x", "till-7.b.y", "till.x", "till-7")),
                        execution(
                                random.nextInt(4) == 0 ? "nightly" : "orders",
                                firing,
                                shard,
                                NOON.plusMillis(firing / 2 * 1000L + random.nextInt(2)),
                                null));
                all.add(
                        random.nextInt(5) == 0
                                ? begun
                                : ended(
                                        begun,
                                        any(random, ExecutionRecord.OUTCOMES),
                                        perhaps(random, any(random, List.of("50% of the disk", "a_b!", "aXb, 50 %")))));
            }
        }
        Collections.shuffle(all, random);
        for (int from = 0; from < all.size(); from += 200) {
            history.record(all.subList(from, Math.min(all.size(), from + 200)));
        }
        return all;
    }

    private static ExecutionRecord on(String instance, ExecutionRecord begun) {
        return new ExecutionRecord(
                begun.identity(), begun.fireTime(), begun.cause(), instance, begun.startedAt(), begun.end());
    }

    @Test
    void whatBeganTogetherIsInTheSameOrderEverywhere() {
        ExecutionHistory history = empty();
        List<ExecutionRecord> together = Stream.of("a", "B", "b", "a:1", "a1", "a-1", "_", "é", "Z")
                .map(firing -> new ExecutionRecord(
                        new Identity("orders", "", firing, 0, 1, 1L), NOON, ExecutionRecord.SCHEDULE, "a", NOON, null))
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

        assertThat(history.find(ExecutionQuery.latest("orders", 9).outcome("LOST")))
                .containsExactly(unended.neverToldToEnd(NOON.plusSeconds(30)));
        assertThat(history.find(ExecutionQuery.latest("orders", 9).outcome("RUNNING")))
                .hasSize(6)
                .contains(running);

        history.record(List.of(ended(unended, "FENCED")));
        assertThat(history.find(ExecutionQuery.latest("orders", 9).outcome("FENCED")))
                .as("the word of who ran it still counts")
                .hasSize(1);
    }

    private static ExecutionRecord begun(String job, int firing, int shard, Instant startedAt, long token) {
        return new ExecutionRecord(
                new Identity(job, "k3x9", firing(firing), shard, 1, token),
                startedAt,
                ExecutionRecord.SCHEDULE,
                "till-7.x",
                startedAt,
                null);
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
                new Identity(job, "k3x9", firing(firing), shard, 1, 7L),
                startedAt.minusMillis(3),
                firing % 2 == 0 ? ExecutionRecord.TRIGGER : ExecutionRecord.SCHEDULE,
                "till-7.x",
                startedAt,
                outcome == null ? null : new End(startedAt.plusSeconds(1), outcome, null, null));
    }

    static ExecutionRecord ended(ExecutionRecord begun, String outcome) {
        return ended(begun, outcome, null);
    }

    private static ExecutionRecord ended(ExecutionRecord begun, String outcome, @Nullable String error) {
        return new ExecutionRecord(
                begun.identity(),
                begun.fireTime(),
                begun.cause(),
                begun.instance(),
                begun.startedAt(),
                new End(begun.startedAt().plusMillis(1500), outcome, error, null));
    }

    static ExecutionRecord lost(ExecutionRecord begun) {
        return new ExecutionRecord(
                begun.identity(),
                begun.startedAt().minusMillis(3),
                begun.cause(),
                begun.instance(),
                begun.startedAt().minusMillis(3),
                new End(begun.startedAt().plusSeconds(20), "LOST", null, "its instance died"));
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
