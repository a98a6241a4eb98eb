package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Outcome;
import io.elasticjob.coordination.Soundness;
import io.elasticjob.text.Thrown;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the steps of a turn, each by itself: one that fails costs none of the others, whatever it throws, and is never passed
 * over in silence. Confined to the loop.
 */
final class Steps {

    private static final Logger log = LoggerFactory.getLogger(Steps.class);

    private final Outbox outbox;
    private Soundness soundness = Soundness.SOUND;
    private Soundness.@Nullable Trouble told;
    private String logged = "";

    Steps(Outbox outbox) {
        this.outbox = outbox;
    }

    /** As {@link #take(Supplier, Runnable)}. */
    void take(String what, Runnable step) {
        take(() -> what, step);
    }

    /** @param what it is, for people, such as {@code assigning orders}; asked for only when it fails */
    void take(Supplier<String> what, Runnable step) {
        try {
            step.run();
        } catch (Throwable failed) {
            failed(what.get(), failed);
        }
    }

    private void failed(String what, Throwable why) {
        String words = what + " failed with " + Outcome.Failed.because(why).error();
        soundness = soundness.failed(words, outbox.wall(), outbox.nanos());
        if (!words.equals(logged)) { // it may fail in each turn, and is told once
            logged = words;
            log.error(
                    "A step of the engine failed ({}); the engine continues with the next one",
                    what,
                    Thrown.tellable(why));
        }
    }

    /**
     * Tells once what is wrong with the engine, and once that nothing is any more.
     *
     * @param missing what is not known though this instance is connected; null when all is
     */
    void tell(@Nullable String missing) {
        soundness = soundness.missing(missing, outbox.wall(), outbox.nanos()).at(outbox.nanos());
        Soundness.Trouble trouble = soundness.trouble(outbox.nanos()).orElse(null);
        if (trouble != null && told == null) {
            outbox.publish(new ElasticJobEvent.EngineImpaired(trouble.reason(), trouble.since()));
        } else if (trouble == null && told != null) {
            outbox.publish(new ElasticJobEvent.EngineRecovered());
            logged = "";
        }
        told = trouble;
    }

    /** What is wrong with the engine; empty when it is sound. */
    Optional<Soundness.Trouble> trouble() {
        return Optional.ofNullable(told);
    }
}
