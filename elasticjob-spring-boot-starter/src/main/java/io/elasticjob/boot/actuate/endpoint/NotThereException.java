package io.elasticjob.boot.actuate.endpoint;

/** What is asked for is not there: the registry was asked, and said so. */
final class NotThereException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotThereException(String message) {
        super(message);
    }
}
