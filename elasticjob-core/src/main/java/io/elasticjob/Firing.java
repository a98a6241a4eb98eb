package io.elasticjob;

import io.elasticjob.text.VisibleText;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One occurrence of a job. Its identity comes from the schedule or from the registry's count of triggers, never from the
 * clock of who fires, so that all instances name it alike.
 *
 * @since 0.1.0
 */
public sealed interface Firing {

    /** How it is written in execution ids, logs and the endpoint; without slashes and white space. */
    String text();

    /** The firing that handlers, events and the history see: a past one where that is run again, else itself. */
    default Firing identity() {
        return this;
    }

    /**
     * The firing that is written so.
     *
     * @throws InvalidSettingException under the key {@code firing}, when none is
     */
    static Firing of(String text) {
        if (text.matches("trigger-\\d{1,10}")) {
            return new Triggered(Long.parseLong(text.substring("trigger-".length())));
        }
        try {
            return new Scheduled(Instant.parse(text));
        } catch (DateTimeException neither) {
            throw new InvalidSettingException(
                    "firing",
                    VisibleText.of(text, 80),
                    "must be a fire time such as 2026-06-01T12:00:00Z, or a trigger such as trigger-7");
        }
    }

    /** Due by the job's schedule at this instant. */
    record Scheduled(Instant fireTime) implements Firing {
        @Override
        public String text() {
            return fireTime.toString();
        }
    }

    /**
     * Asked for by hand: the job's trigger of this number, counting from 0 for as long as the job lives. Two of the same number
     * are equal.
     *
     * @param again the past firing that it runs again; null for a firing of its own
     */
    record Triggered(long number, @Nullable Past again) implements Firing {

        /** A firing of its own. */
        public Triggered(long number) {
            this(number, null);
        }

        @Override
        public String text() {
            return "trigger-" + number;
        }

        @Override
        public Firing identity() {
            return again == null ? this : again.firing();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Triggered triggered && triggered.number == number;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }

    /** A firing that is over. */
    record Past(Firing firing, Instant fireTime) {}
}
