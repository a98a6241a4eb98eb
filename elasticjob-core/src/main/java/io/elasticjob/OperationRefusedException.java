package io.elasticjob;

/** What was asked for is well formed, but does not go with how things are; the message says why. Nothing was changed. */
public class OperationRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public OperationRefusedException(String why) {
        super(why);
    }
}
