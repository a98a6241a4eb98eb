package io.elasticjob;

/**
 * A valid request conflicts with the current state; the message says why. Nothing was changed.
 *
 * @since 0.1.0
 */
public class OperationRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public OperationRefusedException(String why) {
        super(why);
    }
}
