package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.coordination.RegistryClock;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The present turn of the loop: its time, the same for all that is decided in it, and what it wants done. Every put that
 * is answered tells the registry's time as well. Confined to the loop.
 */
final class Outbox {

    private List<Effect> effects = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private long nanos;
    private String lastTrouble = "";
    private @Nullable RegistryClock registryClock;

    /** Begins a turn. */
    void turn(Instant now, long nanos) {
        this.now = now;
        this.nanos = nanos;
    }

    /** Makes this turn at least as late as a fire time that was told: a fire source may ring a little early. */
    void notBefore(Instant fireTime) {
        if (now.isBefore(fireTime)) {
            now = fireTime;
        }
    }

    /** What the turn wants done, in order; empty afterwards. */
    List<Effect> take() {
        List<Effect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    /** The wall clock at the beginning of this turn. */
    Instant now() {
        return now;
    }

    /** The stopwatch at the beginning of this turn. */
    long nanos() {
        return nanos;
    }

    /** The registry's clock as last read; empty before it first told the time. */
    Optional<RegistryClock> registryClock() {
        return Optional.ofNullable(registryClock);
    }

    /** Takes note of the registry's time of a write, with what the stopwatch showed when it was sent and answered. */
    void stamped(Instant stamp, long sent, long answered) {
        RegistryClock read = RegistryClock.stamped(stamp, sent, answered);
        registryClock = registryClock == null ? read : registryClock.then(read);
    }

    void add(Effect effect) {
        effects.add(effect);
    }

    void publish(ElasticJobEvent event) {
        effects.add(new Effect.Publish(event));
    }

    /** Tells of a question that was not answered though there is a connection; the same trouble only once in a row. */
    void trouble(String what, Throwable why) {
        String told = what + ": " + why.getMessage();
        if (!told.equals(lastTrouble)) {
            lastTrouble = told;
            publish(new ElasticJobEvent.RegistryTrouble(told, "it is tried again every second"));
        }
    }

    void children(Connection over, String path, Consumer<Result<List<String>>> then) {
        effects.add(new Effect.Children(over.session(), path, then));
    }

    void read(Connection over, List<String> paths, Consumer<Result<List<Read>>> then) {
        effects.add(new Effect.ReadAll(over.session(), paths, false, then));
    }

    /** As {@link #read}, after the server has caught up with all that was written before: what settles a doubt. */
    void readCaughtUp(Connection over, List<String> paths, Consumer<Result<List<Read>>> then) {
        effects.add(new Effect.ReadAll(over.session(), paths, true, then));
    }

    void readAndWatch(Connection over, String path, Consumer<Result<Read>> then) {
        effects.add(new Effect.ReadAndWatch(over.session(), path, then));
    }

    void commit(Connection over, List<Write> writes, Consumer<Result<Answer>> then) {
        long sent = nanos;
        effects.add(new Effect.Commit(over.session(), writes, result -> {
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed done) {
                done.results().stream()
                        .flatMap(written -> written.stat().stream())
                        .findFirst()
                        .ifPresent(stat -> stamped(stat.modifiedAt(), sent, nanos));
            }
            then.accept(result);
        }));
    }

    void alarm(Duration delay, Runnable then) {
        effects.add(new Effect.Alarm(delay, then));
    }
}
