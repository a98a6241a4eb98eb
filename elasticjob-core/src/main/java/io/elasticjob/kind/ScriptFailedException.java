package io.elasticjob.kind;

/** A script did not end with exit code 0. */
final class ScriptFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    ScriptFailedException(String message) {
        super(message, null, false, false); // no stack: nothing of it is about the script
    }

    @Override
    public String toString() {
        return String.valueOf(getMessage());
    }
}
