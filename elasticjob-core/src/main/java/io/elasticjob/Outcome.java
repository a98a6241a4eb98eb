package io.elasticjob;

import java.util.ArrayList;
import java.util.List;

/**
 * How an execution ended.
 *
 * @since 0.1.0
 */
public sealed interface Outcome {

    /** The longest error text that is kept, in characters. */
    int MAX_ERROR_LENGTH = 500;

    /** The name of the outcome in records, metrics and the endpoint. */
    String name();

    /**
     * The handler returned.
     *
     * @param result what it has left by {@link ShardingContext#result(String)}; "" for nothing
     */
    record Succeeded(String result) implements Outcome {

        /** It left nothing. */
        public Succeeded() {
            this("");
        }

        @Override
        public String name() {
            return "SUCCEEDED";
        }
    }

    /**
     * The handler returned after it had said that there was nothing to do. It is no failure and no success: the firing is
     * decided for the shard, is not run again, and leaves no result; {@code lastSucceeded} and the checkpoint stay.
     *
     * @param reason in the handler's words, cut to {@link #MAX_ERROR_LENGTH}; "" for none
     */
    record Skipped(String reason) implements Outcome {

        /** As it stands in records. */
        public static final String NAME = "SKIPPED";

        public Skipped {
            reason = reason.length() <= MAX_ERROR_LENGTH ? reason : reason.substring(0, MAX_ERROR_LENGTH);
        }

        @Override
        public String name() {
            return NAME;
        }
    }

    /**
     * The handler threw.
     *
     * @param error type and message of what was thrown, cut to {@link #MAX_ERROR_LENGTH}
     * @param types names of its class and of those that it extends; empty where that is not known
     */
    record Failed(String error, List<String> types) implements Outcome {

        /** Of something that no exception says. */
        public Failed(String error) {
            this(error, List.of());
        }

        public Failed {
            types = List.copyOf(types);
            error = error.length() <= MAX_ERROR_LENGTH ? error : error.substring(0, MAX_ERROR_LENGTH);
        }

        /** What was thrown, in its own words; it is named only, where it has none and throws instead. */
        public static Failed because(Throwable thrown) {
            try {
                return new Failed(String.valueOf(thrown.toString()), typesOf(thrown));
            } catch (Throwable wordless) {
                return new Failed(thrown.getClass().getName(), typesOf(thrown));
            }
        }

        private static List<String> typesOf(Throwable thrown) {
            List<String> types = new ArrayList<>();
            for (Class<?> type = thrown.getClass(); type != Object.class; type = type.getSuperclass()) {
                types.add(type.getName());
            }
            return types;
        }

        @Override
        public String name() {
            return "FAILED";
        }
    }

    /** Who ran it died while running it, be it the instance or what its runner gave it to; nobody knows how it ended. */
    record Lost() implements Outcome {

        /** As it stands in records. */
        public static final String NAME = "LOST";

        @Override
        public String name() {
            return NAME;
        }
    }

    /**
     * It was overtaken: another instance had taken the shard, or the job was removed, before its end could be recorded. Its
     * end is not recorded.
     *
     * @param ranAs how the handler itself ended
     */
    record Fenced(Outcome ranAs) implements Outcome {
        @Override
        public String name() {
            return "FENCED";
        }
    }

    /**
     * It stopped between two steps of its work because it was asked to: its shard was to run on another instance, or the job
     * was changed. The firing goes on from the last checkpoint, with its next attempt, as long as the job still wants it.
     */
    record Moved() implements Outcome {

        /** As it stands in records. */
        public static final String NAME = "MOVED";

        @Override
        public String name() {
            return NAME;
        }
    }

    /** Its runner took it, and never began it: the firing is run as if it had not been claimed. */
    record NotBegun() implements Outcome {

        /** As it stands in records. */
        public static final String NAME = "NOT_BEGUN";

        @Override
        public String name() {
            return NAME;
        }
    }

    /**
     * An operator has cancelled it, or the next firing has by {@link Overlap#CANCEL_RUNNING}, and it has really ended; or it
     * was not begun. The firing is not run again for the shard.
     *
     * @param who cancelled it; "" when nobody is known, or it was the next firing
     * @param text who and why, in words
     */
    record Cancelled(String who, String text) implements Outcome {

        public static Cancelled by(Operator by) {
            String who = by.who().isEmpty() ? "an unknown user" : by.who();
            return new Cancelled(by.who(), "cancelled by " + who + (by.why().isEmpty() ? "" : ": " + by.why()));
        }

        @Override
        public String name() {
            return "CANCELLED";
        }
    }

    /**
     * It took longer than the {@code timeout} of its job, was cancelled for that, and has really ended, or is recorded though
     * it has not. It counts as a failure.
     *
     * @param text in words
     */
    record TimedOut(String text) implements Outcome {
        @Override
        public String name() {
            return "TIMED_OUT";
        }
    }

    /** How an execution has ended that was asked to end for this reason, and was not done. */
    static Outcome cutOff(Cancellation why) {
        return switch (why.reason()) {
            case OPERATOR, OVERLAP -> new Cancelled(why.who(), why.text());
            case TIMEOUT -> new TimedOut(why.text());
            default -> new Abandoned();
        };
    }

    /** A shutdown or the loss of the session cut it off, and it has really ended. */
    record Abandoned() implements Outcome {
        @Override
        public String name() {
            return "ABANDONED";
        }
    }
}
