package io.elasticjob.history;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.Outcome;
import io.elasticjob.spi.OutsideCall;
import io.elasticjob.text.Thrown;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to a history in batches, on one daemon thread of its own, {@code elasticjob-history}, which also removes what is
 * to be kept no longer. The one that has something to write leaves it in a buffer and goes on at once.
 *
 * <p>While the history cannot be reached the same batch is tried again and again, and the buffer fills. A full buffer
 * takes no further beginning of an execution, whose end will tell it all; an end displaces what has waited longest. Only an
 * end that the history must not miss, because it has been told of the beginning, has room of its own: nothing is to seem
 * to run for ever. What is lost is counted. Beginning and end of one execution that meet in the buffer are one record.
 */
public final class HistoryWriter implements AutoCloseable {

    /**
     * How much is done at once.
     *
     * @param buffer how many executions may wait, and how many ends of executions that the history takes for running
     * @param batch how many are written together
     */
    public record Bounds(int buffer, int batch, Retention retention) {

        /** The largest batch: what every database takes in one statement. */
        public static final int MAX_BATCH = 1000;

        private static final int MAX_BUFFER = 1_000_000;

        /** @throws InvalidSettingException when one of them is out of its bounds */
        public Bounds {
            if (buffer > MAX_BUFFER) {
                throw new InvalidSettingException(
                        "elasticjob.history.buffer-size",
                        String.valueOf(buffer),
                        "must be at most " + MAX_BUFFER + ": each execution that waits takes memory");
            }
            if (buffer < 1) {
                throw new InvalidSettingException(
                        "elasticjob.history.buffer-size",
                        String.valueOf(buffer),
                        "must be at least 1; to keep nothing set elasticjob.history.enabled=false");
            }
            if (batch < 1 || batch > MAX_BATCH) {
                throw new InvalidSettingException(
                        "elasticjob.history.batch-size", String.valueOf(batch), "must be between 1 and " + MAX_BATCH);
            }
        }
    }

    /** How long {@link #close()} waits for what is left to be written. */
    public static final Duration LAST_WRITES = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(HistoryWriter.class);

    /** So often it is looked whether the history waits for the end of this writer. */
    private static final Duration LOOK = Duration.ofMillis(250);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** About so often; each time is shifted by chance, so that the instances of a namespace do not prune together. */
    private static final Duration BETWEEN_PRUNINGS = Duration.ofMinutes(10);
    /** Nothing is waited for longer, so that a changed clock cannot delay it without end. */
    private static final Duration LONGEST_NAP = Duration.ofMinutes(1);

    private final ExecutionHistory history;
    private final Bounds bounds;
    private final InstantSource clock;
    private final Thread thread;
    private final LogFlush logs;
    private final LongAdder dropped = new LongAdder();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock, which is never held during I/O. Each of them is bounded by the size of the buffer.
    private final Map<String, ExecutionRecord> waiting = new LinkedHashMap<>();
    /** Ends of what the history takes for running. */
    private final Map<String, ExecutionRecord> owed = new LinkedHashMap<>();
    /** Executions whose beginning the history was told of, or is being told, and whose end has not come yet. */
    private final Set<String> begun = new HashSet<>();

    private int underWay;
    private boolean closing;
    private boolean ended;

    /** What the history is called for, or was called for last; null before the first time. */
    private volatile @Nullable OutsideCall call;

    // Of the writer's thread alone.
    private Instant nextPruning;
    private boolean down;
    private long droppedBefore;

    /** One that writes no logs. */
    public HistoryWriter(ExecutionHistory history, Bounds bounds, InstantSource clock) {
        this(history, bounds, clock, new ExecutionLogs());
    }

    /**
     * Starts its thread. The history is not closed with it.
     *
     * @param logs of the executions of this instance, to be written at most every two seconds, and when they have ended; they
     *     belong to this writer alone
     */
    public HistoryWriter(ExecutionHistory history, Bounds bounds, InstantSource clock, ExecutionLogs logs) {
        this.history = history;
        this.logs = new LogFlush(history, logs);
        this.bounds = bounds;
        this.clock = clock;
        this.nextPruning = clock.instant().plus(byChance(Duration.ZERO, BETWEEN_PRUNINGS));
        this.thread = new Thread(this::run, "elasticjob-history");
        thread.setDaemon(true);
        thread.start();
        logs.onChange(this::wake);
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What hears of events and leaves here what they say of executions.
     *
     * @param jobs whose executions are kept, by name
     */
    public Consumer<ElasticJobEvent> listener(Predicate<String> jobs) {
        return event -> ExecutionRecord.of(event, clock.instant())
                .filter(record -> jobs.test(record.job()))
                .ifPresent(this::offer);
    }

    /** Leaves it for the history. Never blocks, never fails: what cannot be kept is dropped and counted. */
    public void offer(ExecutionRecord record) {
        lock.lock();
        try {
            if (ended) {
                dropped.increment();
                return;
            }
            Map<String, ExecutionRecord> place = placeOf(record);
            if (!place.containsKey(record.id()) && place.size() >= bounds.buffer()) {
                dropped.increment();
                if (record.isRunning()) {
                    return;
                }
                place.remove(place.keySet().iterator().next());
            }
            place.merge(record.id(), record, ExecutionRecord::mergedWith);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Map<String, ExecutionRecord> placeOf(ExecutionRecord record) {
        if (waiting.containsKey(record.id())) {
            return waiting;
        }
        return owed.containsKey(record.id()) || record.isLost() || (!record.isRunning() && begun.remove(record.id()))
                ? owed
                : waiting;
    }

    /** How many records were dropped since the start. */
    public long dropped() {
        return dropped.sum();
    }

    /** How many executions wait to be written, or are being written. */
    public int buffered() {
        lock.lock();
        try {
            return waiting.size() + owed.size() + underWay;
        } finally {
            lock.unlock();
        }
    }

    /** {@link #close(Duration)} with {@link #LAST_WRITES}. */
    @Override
    public void close() {
        close(LAST_WRITES);
    }

    /**
     * Writes what is left, tried once more where it cannot be, and ends. What is not written by then is dropped. Closing
     * again does nothing. A history that itself waits for this, since it closes its own application, is not waited for.
     */
    public void close(Duration atMost) {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        boolean isInVain = false;
        Duration left = atMost;
        try {
            do {
                isInVain = waitsForTheEnd();
                Duration look = isInVain ? Duration.ZERO : shorter(left, LOOK);
                thread.join(Math.max(1, look.toMillis()));
                left = left.minus(look);
            } while (!isInVain && thread.isAlive() && left.compareTo(Duration.ZERO) > 0);
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        end();
        if (!isInVain) { // it is about to close the application
            thread.interrupt();
        }
    }

    private boolean waitsForTheEnd() {
        OutsideCall present = call;
        return present != null && present.waitsForTheEnd();
    }

    /** Drops whatever is left. */
    private void end() {
        lock.lock();
        try {
            int left = waiting.size() + owed.size() + underWay;
            if (left > 0) {
                dropped.add(left);
                log.warn("{} executions could not be written to the history before the end, and are dropped", left);
            }
            waiting.clear();
            owed.clear();
            underWay = 0;
            ended = true;
        } finally {
            lock.unlock();
        }
    }

    // ---- On the writer's thread -----------------------------------------------------------------------------------

    private void run() {
        try {
            List<ExecutionRecord> batch = next();
            while (batch != null && (batch.isEmpty() || write(batch))) {
                List<ExecutionRecord> written = batch;
                ask(() -> {
                    logs.flush(written, clock.instant());
                    return written;
                });
                pruneWhenDue();
                batch = next();
            }
        } catch (InterruptedException closed) {
            log.debug("The history's writer was interrupted, as it took too long to close");
        } catch (Throwable unexpected) {
            log.error(
                    "The history's writer has failed: nothing more is written, and further executions are dropped",
                    unexpected);
        } finally {
            end();
        }
    }

    /** What is to be written next, which may be nothing for once; null at the end. */
    private @Nullable List<ExecutionRecord> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            underWay = 0;
            if (isEmpty() && !closing) {
                Instant now = clock.instant();
                nap(shorter(LONGEST_NAP, shorter(Duration.between(now, nextPruning), logs.untilDue(now))));
            }
            if (isEmpty() && closing) {
                return null;
            }
            List<ExecutionRecord> batch = new ArrayList<>();
            take(owed, batch);
            take(waiting, batch);
            batch.stream()
                    .filter(record -> record.isRunning() && begun.size() < bounds.buffer())
                    .forEach(record -> begun.add(record.id()));
            underWay = batch.size();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private boolean isEmpty() {
        return waiting.isEmpty() && owed.isEmpty();
    }

    private void take(Map<String, ExecutionRecord> from, List<ExecutionRecord> batch) {
        Iterator<ExecutionRecord> oldest = from.values().iterator();
        while (oldest.hasNext() && batch.size() < bounds.batch()) {
            batch.add(oldest.next());
            oldest.remove();
        }
    }

    /** Tries until it is written; false when everything ends before it is. */
    private boolean write(List<ExecutionRecord> batch) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        boolean last = isClosing();
        while (!isWritten(batch)) {
            if (last || hasEnded()) {
                return false;
            }
            pauseUnlessClosing(pause);
            pause = shorter(LONGEST_PAUSE, pause.multipliedBy(2));
            last = isClosing();
        }
        return true;
    }

    private boolean isWritten(List<ExecutionRecord> batch) {
        try {
            dropped.add(record(batch));
            if (down) {
                down = false;
                log.info(
                        "The execution history is written again; {} records were dropped meanwhile",
                        dropped() - droppedBefore);
            }
            return true;
        } catch (Throwable failed) { // whatever it is, the next try may be luckier, and no job may suffer
            if (!down && !hasEnded()) {
                down = true;
                droppedBefore = dropped();
                log.warn(
                        "The execution history cannot be written: {}. Up to {} executions wait for it; further ones are"
                                + " dropped and counted. Jobs continue",
                        inWords(failed),
                        bounds.buffer());
            }
            log.debug("The execution history cannot be written", Thrown.tellable(failed));
            return false;
        }
    }

    private int record(List<ExecutionRecord> batch) {
        return ask(() -> Math.max(0, Math.min(batch.size(), history.record(batch))));
    }

    /** Calls the history. */
    private <T> T ask(Supplier<T> what) {
        OutsideCall begun = OutsideCall.begin();
        call = begun;
        try {
            return what.get();
        } finally {
            begun.end();
            forgetInterruption();
        }
    }

    /** Only the end of this writer interrupts it; what else does was meant for the history, which is somebody else's code. */
    private void forgetInterruption() {
        if (!hasEnded()) {
            Thread.interrupted();
        }
    }

    private static String inWords(Throwable failed) {
        return failed instanceof HistoryException known && known.getMessage() != null
                ? known.getMessage()
                : Outcome.Failed.because(failed).error();
    }

    private void pruneWhenDue() {
        Instant now = clock.instant();
        if (now.isBefore(nextPruning) || isClosing()) {
            return;
        }
        boolean more = false;
        try {
            more = ask(() -> history.prune(bounds.retention(), now));
        } catch (Throwable failed) { // it waits for the next time
            log.warn(
                    "Old executions could not be removed from the execution history: {}. Next attempt in about"
                            + " {} minutes",
                    inWords(failed),
                    BETWEEN_PRUNINGS.toMinutes());
        }
        nextPruning = more ? now : now.plus(byChance(BETWEEN_PRUNINGS.dividedBy(2), BETWEEN_PRUNINGS));
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    private void pauseUnlessClosing(Duration pause) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = pause.toNanos();
            while (!closing && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Until something is offered or closed, or the time is over. With the lock held, which it gives away meanwhile. */
    private void nap(Duration atMost) throws InterruptedException {
        if (!atMost.isNegative() && !atMost.isZero()) {
            changed.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private static Duration byChance(Duration least, Duration span) {
        return least.plusMillis(ThreadLocalRandom.current().nextLong(span.toMillis()));
    }
}
