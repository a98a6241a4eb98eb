package io.elasticjob;

/**
 * Too many requests wait for the engine of this instance. The request was refused, and nothing was done. It may be repeated
 * in a moment.
 *
 * @since 0.1.0
 */
public class EngineBusyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EngineBusyException(String message) {
        super(message);
    }
}
