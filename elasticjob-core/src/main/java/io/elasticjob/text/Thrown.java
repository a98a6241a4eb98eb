package io.elasticjob.text;

/** What somebody else's code has thrown, as something that can be told: a logger asks it for its words, and that may throw, too. */
public final class Thrown {

    private static final int MOST_CAUSES = 1_000;

    private Thrown() {}

    /** The same, if it has words; else something in its place that names its kind and has its stack trace. */
    public static Throwable tellable(Throwable thrown) {
        try {
            int causes = 0;
            for (Throwable cause = thrown; cause != null && causes < MOST_CAUSES; cause = cause.getCause()) {
                tryWords(cause);
                for (Throwable suppressed : cause.getSuppressed()) {
                    tryWords(suppressed);
                }
                causes++;
            }
            return thrown;
        } catch (Throwable wordless) {
            return new IllegalStateException(
                    "a " + thrown.getClass().getName() + " was thrown, whose message cannot be told: it throws a "
                            + wordless.getClass().getName());
        }
    }

    private static void tryWords(Throwable thrown) {
        String words = thrown.getMessage() + thrown.getLocalizedMessage() + thrown;
        if (words.isEmpty() || thrown.getStackTrace() == null) {
            throw new IllegalStateException("no words");
        }
    }
}
