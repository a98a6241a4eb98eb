package io.elasticjob.kind;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Cancellation;
import io.elasticjob.Indexes;
import io.elasticjob.Outcome;
import io.elasticjob.ShardLostException;
import io.elasticjob.kind.ArrayStep.Known;
import io.elasticjob.kind.ArrayStep.Seen;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One execution on a cluster, from its order to its end. One thing at a time is under way. Confined to the runner's thread. */
final class ArrayExecution {

    private static final Logger log = LoggerFactory.getLogger(ArrayExecution.class);

    /** How far it has come is written into the record at most so often. */
    private static final Duration BETWEEN_NOTES = Duration.ofSeconds(1);
    /** What was told to end is looked at again after so long. */
    private static final Duration UNTIL_CANCELLED = Duration.ofSeconds(2);
    /** Though the cluster tells of changes, it is looked at now and then. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(30);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    /** So long the cluster keeps what is recorded, for its logs. */
    static final Duration KEEP = Duration.ofHours(1);

    /** How much of what failed tasks have printed goes into the history, of each and of how many. */
    private static final int LAST_BYTES = 4_096;

    private static final int LAST_LOGS = 4;

    final RunId id;
    private final String namespace;
    private final ShardRunner.Order order;
    private final Cluster cluster;
    private final ShardRunner.Listener engine;
    private final Timekeeper time;
    private final ArrayJournal.Page page;
    private final Consumer<ArrayExecution> over;

    private ArrayPlace place;
    private Seen seen;
    private @Nullable ArrayPlace told;

    /** What the cluster has told last of what was released; null before. */
    private @Nullable RunStatus latest;

    private ArrayRuns.@Nullable Standing standing;

    private boolean isCancelled;
    private boolean isBusy;
    private boolean isOver;
    private boolean isLettingGo;
    private Duration pause = FIRST_PAUSE;
    private long notedNanos;
    /** Counts what the execution waits for, so that an older alarm does nothing. */
    private int waits;

    /** What an execution needs of its surroundings. */
    record Surroundings(
            String namespace, ShardRunner.Listener engine, Timekeeper time, Consumer<ArrayExecution> over) {}

    ArrayExecution(
            ShardRunner.Order order,
            boolean isNew,
            ArrayPlace place,
            Cluster cluster,
            ArrayJournal.Page page,
            Surroundings surroundings) {
        this.namespace = surroundings.namespace();
        this.id = ArrayOrder.id(namespace, order);
        this.order = order;
        this.place = place;
        this.cluster = cluster;
        this.engine = surroundings.engine();
        this.time = surroundings.time();
        this.page = page;
        this.over = surroundings.over();
        this.seen = isNew ? new Seen.New() : new Seen.Unknown();
        this.notedNanos = time.nanoTime() - BETWEEN_NOTES.toNanos();
    }

    // ---- What happens ---------------------------------------------------------------------------------------------

    /** It is to end. What a session or a shutdown ends goes on without this process. */
    void cancel(Cancellation why) {
        switch (why.reason()) {
            case SESSION_LOSS, SHUTDOWN -> letGo();
            default -> {
                isCancelled = true;
                advance();
            }
        }
    }

    /** Somebody else goes on with it: nothing more is done or told here. */
    void letGo() {
        isLettingGo = true;
        end();
    }

    /** The cluster tells how it stands. */
    void tell(RunStatus status) {
        if (isOver) {
            return;
        }
        if (status.phase() == Phase.GONE) {
            if (isOurs(status.run())) {
                seen = new Seen.Unknown();
                advance();
            }
        } else if (isOurs(status.run()) && !(isBehind(status))) {
            found(status);
            advance();
        }
    }

    private boolean isOurs(Created run) {
        return place.released().filter(run.identity()::equals).isPresent();
    }

    /** Whether more was known before. */
    private boolean isBehind(RunStatus status) {
        return seen instanceof Seen.Something before
                && before.status().run().equals(status.run())
                && status.phase().compareTo(before.status().phase()) < 0;
    }

    private void found(RunStatus status) {
        seen = new Seen.Something(status);
        if (isOurs(status.run())) {
            Indexes succeeded = ArrayOrder.numbers(place, status.succeeded());
            Indexes failed = ArrayOrder.numbers(place, status.failed());
            told = (told == null ? place : told).with(succeeded, failed);
            latest = status;
        }
    }

    // ---- What is done ---------------------------------------------------------------------------------------------

    void advance() {
        if (isOver) {
            return;
        }
        tellHowItStands();
        if (isBusy) {
            return;
        }
        waits++;
        ArrayStep step = ArrayStep.next(new Known(cluster.name(), place, seen, isCancelled, told));
        if (step instanceof ArrayStep.Look) {
            ask(() -> cluster.find(id), this::looked);
        } else if (step instanceof ArrayStep.Prepare) {
            prepare(ArrayOrder.run(namespace, order, place));
        } else if (step instanceof ArrayStep.Note note) {
            note(note.place());
        } else if (step instanceof ArrayStep.Release release) {
            ask(() -> cluster.release(release.run()), nothing -> released(release.run()));
        } else if (step instanceof ArrayStep.Cancel cancel) {
            ask(() -> cluster.cancel(cancel.run()), nothing -> await(UNTIL_CANCELLED));
        } else if (step instanceof ArrayStep.End end) {
            printed(end.outcome());
        } else {
            await(BETWEEN_LOOKS);
        }
    }

    private void tellHowItStands() {
        RunStatus known = latest;
        ArrayRuns.Standing now = new ArrayRuns.Standing(
                id,
                told == null || place.released().isEmpty() ? place : told,
                known == null ? null : known.phase(),
                known == null ? 0 : known.running(),
                known == null ? "" : known.message());
        if (!now.equals(standing)) {
            standing = now;
            page.stands(now);
        }
    }

    private void prepare(ArrayRun run) {
        if (run.rules().retries() > 0 && !cluster.abilities().contains(Cluster.Ability.RETRY)) {
            end(new Outcome.Failed("arrayRetries: the cluster " + cluster.name()
                    + " does not begin failed tasks again. Remove it, and set retryAttempts"));
        } else {
            ask(() -> cluster.prepare(run), this::prepared);
        }
    }

    private void looked(Optional<RunStatus> there) {
        if (there.isPresent()) {
            found(there.get());
        } else {
            seen = new Seen.Nothing();
        }
        advance();
    }

    private void prepared(Created created) {
        seen = new Seen.Something(new RunStatus(created, Phase.SUSPENDED, 0, Indexes.NONE, Indexes.NONE, ""));
        advance();
    }

    private void released(Created run) {
        if (seen instanceof Seen.Something something && something.status().phase() == Phase.SUSPENDED) {
            seen = new Seen.Something(new RunStatus(run, Phase.RELEASED, 0, Indexes.NONE, Indexes.NONE, ""));
        }
        advance();
    }

    /** Writes it into the record. The first one, and the last, do not wait. */
    private void note(ArrayPlace next) {
        boolean isHurried = place.released().isEmpty()
                || (seen instanceof Seen.Something something
                        && something.status().phase() == Phase.ENDED);
        Duration left = BETWEEN_NOTES.minusNanos(time.nanoTime() - notedNanos);
        if (!isHurried && left.compareTo(Duration.ZERO) > 0) {
            alarm(left, this::advance);
            return;
        }
        notedNanos = time.nanoTime();
        isBusy = true;
        engine.placed(order, next)
                .whenComplete((done, failed) -> time.execute(() -> {
                    isBusy = false;
                    if (failed == null) {
                        pause = FIRST_PAUSE;
                        place = next;
                        page.progressed(next.progress());
                        advance();
                    } else if (cause(failed) instanceof ShardLostException) {
                        log.debug("{} does not hold its shard: {}", id, failed.getMessage());
                        later(); // the engine says what becomes of it: it may adopt it again
                    } else {
                        again(failed);
                    }
                }));
    }

    /** What tasks that failed have printed goes along with the end. */
    private void printed(Outcome outcome) {
        isBusy = true;
        int[] failed = place.failed().stream().limit(LAST_LOGS).toArray();
        Optional<Created> run = place.released().map(identity -> new Created(id, identity));
        boolean isToTell = outcome instanceof Outcome.Failed && run.isPresent();
        print(isToTell ? failed : new int[0], 0, run.orElse(null), () -> end(outcome));
    }

    private void print(int[] tasks, int next, @Nullable Created run, Runnable then) {
        if (next == tasks.length || run == null) {
            then.run();
            return;
        }
        int task = tasks[next];
        Asked.of(() -> cluster.log(run, ArrayOrder.index(place, task), LAST_BYTES))
                .whenComplete((text, failed) -> time.execute(() -> {
                    if (failed == null && text != null && !text.isEmpty()) {
                        page.wrote("[task " + task + "]\n" + text + (text.endsWith("\n") ? "" : "\n"));
                    }
                    print(tasks, next + 1, run, then);
                }));
    }

    private void end(Outcome outcome) {
        if (isLettingGo) {
            return;
        }
        Optional<Created> run = place.released().map(identity -> new Created(id, identity));
        end();
        engine.recordEnd(order, outcome).whenComplete((recorded, failed) -> {
            if (failed == null) {
                run.ifPresent(created -> Asked.of(() -> cluster.forget(created, KEEP)));
            } // else it is found, and forgotten, by the sweep
        });
    }

    private void end() {
        if (!isOver) {
            isOver = true;
            page.end();
            over.accept(this);
        }
    }

    private <T> void ask(Supplier<CompletionStage<T>> question, Consumer<T> then) {
        isBusy = true;
        Asked.of(question)
                .whenComplete((answer, failed) -> time.execute(() -> {
                    isBusy = false;
                    if (isOver) {
                        return;
                    }
                    if (failed == null) {
                        pause = FIRST_PAUSE;
                        accept(then, answer);
                    } else {
                        failed(cause(failed));
                    }
                }));
    }

    /** What makes no sense, such as null in place of a run, is no answer: it is asked for again. */
    private <T> void accept(Consumer<T> then, T answer) {
        try {
            then.accept(answer);
        } catch (RuntimeException senseless) {
            failed(senseless);
        }
    }

    private void failed(Throwable why) {
        boolean isNew = place.released().isEmpty() && !(seen instanceof Seen.Something);
        if (why instanceof ClusterException.Refused refused && isNew) {
            end(new Outcome.Failed(String.valueOf(refused.getMessage())));
        } else if (why instanceof ClusterException.Gone) {
            seen = new Seen.Unknown();
            advance();
        } else {
            again(why);
        }
    }

    /** Nothing is known of what was asked: it is looked at again, later. */
    private void again(Throwable why) {
        log.warn(
                "{} on the cluster {} is looked at again in {} ms: {}",
                id,
                cluster.name(),
                pause.toMillis(),
                why.toString());
        later();
    }

    /** After a pause, each longer than the one before. */
    private void later() {
        await(pause);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }

    private void await(Duration atMost) {
        alarm(atMost, () -> {
            seen = new Seen.Unknown();
            advance();
        });
    }

    private void alarm(Duration delay, Runnable then) {
        int waited = ++waits;
        time.after(delay, () -> {
            if (waits == waited && !isBusy && !isOver) {
                then.run();
            }
        });
    }

    private static Throwable cause(Throwable failed) {
        return failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
    }

    /** What tasks print, by their numbers. */
    CompletionStage<String> log(int task, int bytes) {
        Created run = new Created(id, place.released().orElseThrow());
        return cluster.log(run, ArrayOrder.index(place, task), bytes);
    }
}
