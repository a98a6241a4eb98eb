package io.elasticjob.history;

/**
 * A history cannot be reached, or gives no answer: which says nothing about what it holds.
 *
 * @since 0.1.0
 */
public class HistoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public HistoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
