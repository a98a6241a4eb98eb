package io.elasticjob.kind;

/** A target did not answer, or not as expected. */
final class HttpFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Without a cause: whatever a client throws may have the address in its message. */
    HttpFailedException(String message) {
        super(message, null, false, false);
    }

    @Override
    public String toString() {
        return String.valueOf(getMessage());
    }
}
