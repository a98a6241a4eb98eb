package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.coordination.Clocks;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestNotSentException;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.RequestTooLargeException;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The present turn of the loop: its time, the same for all that is decided in it, and what it wants done. Every put that
 * is answered tells the registry's time as well. Confined to the loop.
 */
final class Outbox {

    /** What goes on is told again after this time. */
    private static final Duration TELL_AGAIN = Duration.ofMinutes(10);

    /** Of how many troubles it is known that they were told. */
    private static final int MOST_TOLD = 1_000;

    private final RegistryTime time;
    private final Parcels parcels = new Parcels();
    private final Troubles troubles = new Troubles();

    private List<Effect> effects = new ArrayList<>();

    /** What was told lately, and when, by the stopwatch. */
    /** When each was told, the eldest first. */
    private final Map<String, Long> toldTroubles = new LinkedHashMap<>();

    private long latest;
    private @Nullable Clocks proof;

    /** The last put that was acknowledged, and when it was asked for. */
    private long written;

    private long writtenNanos;

    Outbox(RegistryTime time) {
        this.time = time;
    }

    /** What the turn wants done, in order; empty afterwards. */
    List<Effect> take() {
        List<Effect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    /** The time of this turn. */
    RegistryTime time() {
        return time;
    }

    /** As {@link RegistryTime#now}. */
    Instant now() {
        return time.now();
    }

    /** As {@link RegistryTime#wall}. */
    Instant wall() {
        return time.wall();
    }

    /** As {@link RegistryTime#nanos}. */
    long nanos() {
        return time.nanos();
    }

    /** The highest transaction id that was heard of. */
    long latest() {
        return latest;
    }

    /** The registry has forgotten transactions: the highest that counts from now on. */
    void wentBackTo(long transaction) {
        latest = transaction;
        time.forgotten();
    }

    /** The transaction of a put that was asked for after this, by the stopwatch, and is acknowledged; 0 when there is none. */
    long writtenSince(long nanos) {
        return written != 0 && writtenNanos - nanos > 0 ? written : 0;
    }

    private void heardOf(Stat stat) {
        latest = Math.max(latest, Math.max(stat.created(), stat.modified()));
        time.shown(stat);
    }

    private Consumer<Result<List<Read>>> noting(Consumer<Result<List<Read>>> then) {
        return result -> {
            if (result instanceof Result.Told<List<Read>> told) {
                told.answer().forEach(this::heardOf);
            }
            then.accept(result);
        };
    }

    private void heardOf(Read read) {
        if (read instanceof Read.Present present) {
            heardOf(present.stat());
        }
    }

    /**
     * When the last question was asked that the registry has answered as a whole: it has heard of this instance since. What
     * a server answers by itself proves nothing, as it may have been cut off from the others for a while, who end sessions.
     * Before the first answer it is now, when nothing is to be alive yet.
     */
    Clocks proof() {
        return proof == null ? time.clocks() : proof;
    }

    private <T> Consumer<Result<T>> proving(Consumer<Result<T>> then) {
        Clocks asked = time.clocks(); // not later than it is sent
        return result -> {
            if (result instanceof Result.Told<T> && (proof == null || asked.nanos() - proof.nanos() > 0)) {
                proof = asked;
            }
            then.accept(result);
        };
    }

    /** Asks for the sake of an answer, which is a {@link #proof}. */
    void sync(Connection over, Consumer<Result<Void>> then) {
        effects.add(new Effect.Sync(over.session(), proving(then)));
    }

    void add(Effect effect) {
        effects.add(effect);
    }

    void publish(ElasticJobEvent event) {
        effects.add(new Effect.Publish(event));
    }

    /** Tells of a question that was not answered though there is a connection; the same trouble once in a while only. */
    void trouble(String what, Throwable why) {
        String told = what + ": " + why.getMessage();
        long now = nanos();
        Iterator<Long> eldest = toldTroubles.values().iterator();
        while (eldest.hasNext() && (now - eldest.next() >= TELL_AGAIN.toNanos() || toldTroubles.size() > MOST_TOLD)) {
            eldest.remove();
        }
        if (toldTroubles.putIfAbsent(told, now) == null) {
            publish(new ElasticJobEvent.RegistryTrouble(told, "it is tried again every second"));
        }
    }

    void children(Connection over, String path, Consumer<Result<List<String>>> then) {
        effects.add(new Effect.Children(over.session(), path, then));
    }

    /** Reads all of them, or none, in portions: where one cannot be read, there is no answer. */
    void read(Connection over, List<String> paths, Consumer<Result<List<Read>>> then) {
        WholeRead.ask(this, over, paths, false, then);
    }

    /** As {@link #read}, after the server has caught up with all that was written before: what settles a doubt. */
    void readCaughtUp(Connection over, List<String> paths, Consumer<Result<List<Read>>> then) {
        WholeRead.ask(this, over, paths, true, then);
    }

    /** As {@link #readCaughtUp}; one that cannot be read is {@link Read.Unreadable}, and costs the others nothing. */
    void readEachCaughtUp(Connection over, List<String> paths, Consumer<Result<List<Read>>> then) {
        WholeRead.askEachCaughtUp(this, over, paths, then);
    }

    /** For {@link Inquiry}, which knows what to do with one that is {@link Read.Unreadable}. */
    void readEach(Connection over, List<String> paths, boolean caughtUp, Consumer<Result<List<Read>>> then) {
        Consumer<Result<List<Read>>> noting = noting(then);
        effects.add(new Effect.ReadAll(over.session(), paths, caughtUp, caughtUp ? proving(noting) : noting));
    }

    /** Nodes that cannot be read, for whoever asks for many. */
    Troubles troubles() {
        return troubles;
    }

    /**
     * In which transactions to write what can be written apart; see {@link Parcels#cut}.
     *
     * @param bytesOf how many bytes one of them takes, as {@link RequestSize} counts
     */
    <T> List<List<T>> cut(Collection<T> all, int atOnce, ToIntFunction<? super T> bytesOf) {
        return parcels.cut(all, atOnce, bytesOf, nanos());
    }

    void readAndWatch(Connection over, String path, Consumer<Result<Read>> then) {
        effects.add(new Effect.ReadAndWatch(over.session(), path, result -> {
            if (result instanceof Result.Told<Read> told && told.answer() instanceof Read.Present present) {
                time.shown(present.stat());
            }
            then.accept(result);
        }));
    }

    /** What is too long for one request is not sent: that is {@link RequestTooLargeException}, in a later turn. */
    void commit(Connection over, List<Write> writes, Consumer<Result<Answer>> then) {
        long bytes = RequestSize.of(writes);
        if (bytes > RequestSize.MOST) {
            alarm(Duration.ZERO, () -> then.accept(new Result.Unknown<>(new RequestTooLargeException(bytes))));
            return;
        }
        long asked = nanos();
        effects.add(new Effect.Commit(over.session(), writes, proving(result -> {
            if (result instanceof Result.Told<Answer>) {
                parcels.answered(bytes);
            } else if (result instanceof Result.Unknown<Answer> unknown
                    && !(unknown.why() instanceof RequestNotSentException)) {
                parcels.lost(bytes, nanos());
            }
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed done) {
                done.results().stream()
                        .flatMap(written -> written.stat().stream())
                        .findFirst()
                        .ifPresent(stat -> {
                            heardOf(stat);
                            written = stat.modified();
                            writtenNanos = asked;
                            time.stamped(stat.modifiedAt(), told.sent(), told.answered());
                        });
            }
            then.accept(result);
        })));
    }

    /** Answers a question, unless that was done before. What hangs on it runs after this turn, and off the loop. */
    <T> void answer(Question<T> question, T answer) {
        answer(question, () -> answer, false);
    }

    private <T> void answer(Question<T> question, Supplier<? extends T> answer, boolean isWork) {
        if (question.settle()) {
            effects.add(new Effect.Reply<>(question, answer, isWork));
        }
    }

    /** As {@link #answer}, where there is nothing to be told but that it is done. */
    void done(Question<Void> question) {
        answer(question, () -> null, false);
    }

    /**
     * As {@link #answer}, of what is worked out off the loop as well.
     *
     * @param answer looks at nothing that changes; what it throws is the answer
     */
    <T> void answerBy(Question<T> question, Supplier<? extends T> answer) {
        answer(question, answer, true);
    }

    /**
     * As {@link #answerBy}, once for all who ask the same.
     *
     * @param then on the loop, once they are answered
     */
    <T> void make(List<Question<T>> questions, Supplier<? extends T> answer, Runnable then) {
        effects.add(
                new Effect.Make<>(questions.stream().filter(Question::settle).toList(), answer, then));
    }

    /** Answers a question with why it cannot be answered otherwise; else as {@link #answer}. */
    void refuse(Question<?> question, Throwable why) {
        refuse(question, () -> why, false);
    }

    /** As {@link #refuse}, for a reason that takes some time to be put into words. */
    void refuseBy(Question<?> question, Supplier<? extends Throwable> why) {
        refuse(question, why, true);
    }

    private void refuse(Question<?> question, Supplier<? extends Throwable> why, boolean isWork) {
        if (question.settle()) {
            effects.add(new Effect.Refusal(question, why, isWork));
        }
    }

    void alarm(Duration delay, Runnable then) {
        effects.add(new Effect.Alarm(delay, then));
    }
}
