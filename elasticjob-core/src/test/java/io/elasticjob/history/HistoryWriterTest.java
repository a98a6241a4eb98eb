package io.elasticjob.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HistoryWriterTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Retention RETENTION = new Retention(Duration.ofDays(30), 100);

    private final SlowHistory history = new SlowHistory();
    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private HistoryWriter writer = writer(10, 4);

    @AfterEach
    void release() {
        history.permits.release(1_000_000);
        writer.close();
    }

    @Test
    void whatIsOfferedWhileAWriteIsUnderWayIsWrittenInBatches() {
        writer.offer(ended(0));
        history.awaitWrite();
        IntStream.rangeClosed(1, 9).forEach(shard -> writer.offer(ended(shard)));

        history.permits.release(10);

        await().until(() -> writer.buffered() == 0);
        assertThat(history.sizes()).containsExactly(1, 4, 4, 1);
        assertThat(history.kept()).hasSize(10);
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void aBeginningAndItsEndThatMeetInTheBufferAreOneRecord() {
        writer.offer(ended(0));
        history.awaitWrite();
        writer.offer(begun(1));
        writer.offer(ended(1));

        assertThat(writer.buffered()).isEqualTo(2);
        history.permits.release(10);
        await().until(() -> writer.buffered() == 0);
        assertThat(history.kept()).containsExactly(ended(0), ended(1));
    }

    @Test
    void whileTheHistoryStandsStillNothingIsHeldUpAndAFullBufferPrefersEndsToBeginnings() {
        writer.offer(ended(0));
        history.awaitWrite();
        IntStream.rangeClosed(1, 10).forEach(shard -> writer.offer(ended(shard)));

        writer.offer(begun(11)); // its end will tell it all
        assertThat(writer.dropped()).isEqualTo(1);
        writer.offer(ended(12)); // instead of that of 1
        assertThat(writer.dropped()).isEqualTo(2);
        assertThat(writer.buffered()).as("bounded, but for what is under way").isEqualTo(11);

        history.permits.release(100);
        await().until(() -> writer.buffered() == 0);
        assertThat(history.kept())
                .extracting(ExecutionRecord::shard)
                .containsExactly(0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12);
    }

    @Test
    void nothingThatTheHistoryWasToldOfSeemsToRunForEver() {
        writer.offer(begun(0));
        history.awaitWrite();
        writer.offer(ended(0));
        writer.offer(lost(100)); // whose beginning was told by another instance
        IntStream.rangeClosed(1, 20).forEach(shard -> {
            writer.offer(begun(shard));
            writer.offer(ended(shard));
        });
        assertThat(writer.buffered()).as("bounded all the same").isEqualTo(1 + 2 + 10);

        history.permits.release(100);
        await().until(() -> writer.buffered() == 0);
        assertThat(history.kept()).contains(ended(0), lost(100));
        assertThat(writer.dropped())
                .as("of ten, whose beginnings were not taken, the beginnings and as many ends")
                .isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(classes = {NoClassDefFoundError.class, StackOverflowError.class, AssertionError.class})
    void anErrorOfTheHistoryCostsNothingButAnotherTry(Class<? extends Error> type) throws Exception {
        Error thrown = type.getConstructor().newInstance();
        hears(new BadHistory(() -> {
            throw thrown;
        }));
    }

    @Test
    void aHistoryThatThrowsWhatHasNoWordsIsTriedAgain() throws Exception {
        hears(new BadHistory(() -> {
            throw new RuntimeException() {
                @Override
                public String getMessage() {
                    throw new AssertionError("on purpose");
                }
            };
        }));
    }

    @Test
    void aHistoryThatThrowsACheckedExceptionInSecretIsTriedAgain() throws Exception {
        hears(new BadHistory(() -> HistoryWriterTest.<RuntimeException>throwAnything(new InterruptedException())));
    }

    @Test
    void aHistoryThatInterruptsItsThreadDoesNotEndTheWriter() throws Exception {
        hears(new BadHistory(() -> Thread.currentThread().interrupt()));
    }

    @Test
    void aHistoryThatClosesItsApplicationIsNeitherWaitedForNorInterrupted() {
        CompletableFuture<HistoryWriter> made = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        BadHistory closing = new BadHistory(() -> {
            made.join().close(Duration.ofDays(1));
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        HistoryWriter writes = new HistoryWriter(closing, new HistoryWriter.Bounds(10, 4, RETENTION), now::get);
        made.complete(writes);
        writes.offer(ended(0));

        await().until(interrupted::isDone);
        assertThat(interrupted.join()).isFalse();
    }

    private void hears(BadHistory bad) throws Exception {
        now.set(NOON.plus(Duration.ofDays(1))); // to be pruned, too
        try (HistoryWriter writes = new HistoryWriter(bad, new HistoryWriter.Bounds(10, 4, RETENTION), now::get)) {
            now.set(NOON.plus(Duration.ofDays(2)));
            writes.offer(ended(0));
            await().until(() -> bad.kept.contains(ended(0)) && bad.prunings.get() > 0);
            writes.offer(ended(1));
            await().until(() -> bad.kept.contains(ended(1)));
            assertThat(writes.dropped()).isZero();
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAnything(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Does something bad at its first write and at each pruning. */
    private static final class BadHistory implements ExecutionHistory {

        private final Runnable bad;
        private final AtomicBoolean done = new AtomicBoolean();
        private final Queue<ExecutionRecord> kept = new ConcurrentLinkedQueue<>();
        private final AtomicInteger prunings = new AtomicInteger();

        BadHistory(Runnable bad) {
            this.bad = bad;
        }

        @Override
        public Scope scope() {
            return Scope.INSTANCE;
        }

        @Override
        public int record(List<ExecutionRecord> records) {
            if (done.compareAndSet(false, true)) {
                bad.run();
            }
            kept.addAll(records);
            return 0;
        }

        @Override
        public List<ExecutionRecord> find(ExecutionQuery query) {
            return List.of();
        }

        @Override
        public boolean prune(Retention retention, Instant now) {
            prunings.incrementAndGet();
            bad.run();
            return false;
        }
    }

    @Test
    void whatCouldNotBeWrittenIsTriedAgainUntilItIs() {
        history.permits.release(100);
        history.failures.release(1);
        writer.offer(ended(0));

        await().until(() -> history.kept().equals(List.of(ended(0))));
        assertThat(history.sizes()).as("tries").hasSize(2);
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void whatTheHistoryRefusesForWhatItIsCountsAsDropped() {
        history.refusedOfEach = 1;
        history.permits.release(100);
        writer.offer(ended(0));

        await().until(() -> writer.dropped() == 1);
    }

    @Test
    void whatIsLeftAtTheEndIsWritten() {
        history.permits.release(100);
        IntStream.rangeClosed(1, 9).forEach(shard -> writer.offer(ended(shard)));

        writer.close();

        assertThat(history.kept()).hasSize(9);
        assertThat(writer.dropped()).isZero();
        writer.offer(ended(10));
        assertThat(writer.dropped()).as("too late").isEqualTo(1);
    }

    @Test
    void theEndWaitsForNoHistoryLongerThanItIsTold() {
        IntStream.range(0, 7).forEach(shard -> writer.offer(ended(shard)));
        history.awaitWrite();

        writer.close(Duration.ofMillis(1));

        assertThat(writer.dropped()).isEqualTo(7);
        await().until(() -> history.interrupted.getCount() == 0);
    }

    @Test
    void aHistoryThatIsDownAtTheEndIsTriedOnceMore() {
        history.permits.release(100);
        history.failures.release(100);
        writer.offer(ended(0));
        await().until(() -> !history.sizes().isEmpty());
        writer.offer(ended(1));

        writer.close(Duration.ofSeconds(20));

        assertThat(writer.dropped()).isEqualTo(2);
        assertThat(history.kept()).isEmpty();
    }

    @Test
    void whatIsKeptTooLongIsRemovedBitByBitAboutEveryTenMinutes() {
        history.permits.release(1000);
        history.more.release(2);
        writer.offer(ended(0));
        await().until(() -> writer.buffered() == 0);
        assertThat(history.prunings).isEmpty();

        now.set(NOON.plus(Duration.ofMinutes(10)));
        writer.offer(ended(1));
        await().until(() -> history.prunings.size() == 3);

        writer.offer(ended(2));
        await().until(() -> history.kept().size() == 3);
        writer.close();
        assertThat(history.prunings).as("not again before its time").hasSize(3).containsOnly(now.get());
    }

    @Test
    void aListenerKeepsTheJobsThatItIsToldTo() {
        history.permits.release(100);
        var listener = writer.listener(job -> job.equals("orders"));
        listener.accept(start("nightly"));
        listener.accept(start("orders"));

        await().until(() -> !history.kept().isEmpty());
        writer.close();
        assertThat(history.kept()).extracting(ExecutionRecord::job).containsExactly("orders");
    }

    @Test
    void boundsThatKeepNothingAreRefused() {
        assertThatThrownBy(() -> new HistoryWriter.Bounds(0, 1, RETENTION))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("elasticjob.history.buffer-size: \"0\"");
        assertThatThrownBy(() -> new HistoryWriter.Bounds(1, 1001, RETENTION))
                .hasMessageContaining("elasticjob.history.batch-size: \"1001\" must be between 1 and 1000");
        assertThatThrownBy(() -> new Retention(Duration.ZERO, 1))
                .hasMessageContaining("elasticjob.history.retention.max-age: \"0s\"");
        assertThatThrownBy(() -> new Retention(Duration.ofDays(1), 0))
                .hasMessageContaining("elasticjob.history.retention.max-count: \"0\"");
    }

    private HistoryWriter writer(int buffer, int batch) {
        return new HistoryWriter(history, new HistoryWriter.Bounds(buffer, batch, RETENTION), now::get);
    }

    private static ExecutionStarted start(String job) {
        return new ExecutionStarted(
                new ExecutionId(job, new Firing.Scheduled(NOON), 0, 1), NOON, Duration.ZERO, "a", 1L);
    }

    private static ExecutionRecord begun(int shard) {
        return record(shard, "a", null);
    }

    private static ExecutionRecord ended(int shard) {
        return record(shard, "a", new ExecutionRecord.End(NOON, "SUCCEEDED", null, null));
    }

    private static ExecutionRecord lost(int shard) {
        return record(shard, "b", new ExecutionRecord.End(NOON, "LOST", null, "died"));
    }

    private static ExecutionRecord record(int shard, String instance, ExecutionRecord.End end) {
        return new ExecutionRecord(
                new ExecutionRecord.Identity("orders", "k3x9", "trigger-1", shard, 1, 1L),
                NOON,
                ExecutionRecord.TRIGGER,
                instance,
                NOON,
                end);
    }

    /** Each write takes a permit; each failure takes one of the failures that are left. */
    private static final class SlowHistory implements ExecutionHistory {

        final Semaphore permits = new Semaphore(0);
        final Semaphore failures = new Semaphore(0);
        final Semaphore more = new Semaphore(0);
        final List<Instant> prunings = new java.util.concurrent.CopyOnWriteArrayList<>();
        final CountDownLatch interrupted = new CountDownLatch(1);
        private final Semaphore writes = new Semaphore(0);
        private final List<List<ExecutionRecord>> tries = new ArrayList<>();
        private final List<ExecutionRecord> kept = new ArrayList<>();
        volatile int refusedOfEach;

        @Override
        public Scope scope() {
            return Scope.INSTANCE;
        }

        @Override
        public int record(List<ExecutionRecord> records) {
            writes.release();
            try {
                permits.acquire();
            } catch (InterruptedException closed) {
                interrupted.countDown();
                throw new HistoryException("interrupted", closed);
            }
            synchronized (this) {
                tries.add(records);
                if (failures.tryAcquire()) {
                    throw new HistoryException("away", new IllegalStateException());
                }
                kept.addAll(records);
            }
            return refusedOfEach;
        }

        @Override
        public List<ExecutionRecord> find(ExecutionQuery query) {
            throw new AssertionError("a writer reads nothing");
        }

        @Override
        public boolean prune(Retention retention, Instant now) {
            prunings.add(now);
            return more.tryAcquire();
        }

        void awaitWrite() {
            writes.acquireUninterruptibly();
        }

        synchronized List<Integer> sizes() {
            return tries.stream().map(List::size).toList();
        }

        synchronized List<ExecutionRecord> kept() {
            return List.copyOf(kept);
        }
    }
}
