package io.elasticjob.spi;

/**
 * The cluster gave no answer, or one that says nothing of the question: nothing is known, and what was asked for <em>may or may
 * not have been done</em>. It is asked again.
 *
 * @since 0.1.0
 */
public class ClusterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ClusterException(String message) {
        super(message);
    }

    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * The cluster refuses what it was asked, nothing of it was done, and it would refuse the same again: a template that it
     * does not accept, a quota that can never be met, a name that belongs to somebody else. The message says why, for people.
     */
    public static class Refused extends ClusterException {

        private static final long serialVersionUID = 1L;

        public Refused(String message) {
            super(message);
        }
    }

    /** What was asked about is not there any more, or something else is there under its name. */
    public static class Gone extends ClusterException {

        private static final long serialVersionUID = 1L;

        public Gone(String message) {
            super(message);
        }
    }
}
