package io.elasticjob;

/** How an execution ended. */
public sealed interface Outcome {

    /** The longest error text that is kept, in characters. */
    int MAX_ERROR_LENGTH = 500;

    /** The name of the outcome in records, metrics and the endpoint. */
    String name();

    /** The handler returned. */
    record Succeeded() implements Outcome {
        @Override
        public String name() {
            return "SUCCEEDED";
        }
    }

    /**
     * The handler threw.
     *
     * @param error type and message of what was thrown, cut to {@link #MAX_ERROR_LENGTH}
     */
    record Failed(String error) implements Outcome {

        public Failed {
            error = error.length() <= MAX_ERROR_LENGTH ? error : error.substring(0, MAX_ERROR_LENGTH);
        }

        public static Failed because(Throwable thrown) {
            return new Failed(thrown.toString());
        }

        @Override
        public String name() {
            return "FAILED";
        }
    }

    /** The instance died while running it, and nobody ran it again. */
    record Lost() implements Outcome {
        @Override
        public String name() {
            return "LOST";
        }
    }

    /**
     * It was overtaken: another instance had taken the shard, or the job was removed, before its end could be recorded.
     * Nothing of it is recorded.
     *
     * @param ranAs how the handler itself ended
     */
    record Fenced(Outcome ranAs) implements Outcome {
        @Override
        public String name() {
            return "FENCED";
        }
    }

    /** It was cut off, by a shutdown or the loss of the session, and has really ended. */
    record Abandoned() implements Outcome {
        @Override
        public String name() {
            return "ABANDONED";
        }
    }
}
