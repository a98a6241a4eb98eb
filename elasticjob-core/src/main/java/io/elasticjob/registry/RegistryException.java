package io.elasticjob.registry;

/**
 * The registry gave no answer: the connection was lost, the session has ended, or the server refused to serve. A read
 * that fails so tells nothing; a commit that fails so <em>may have been applied</em>.
 */
public class RegistryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RegistryException(String message) {
        super(message);
    }

    public RegistryException(String message, Throwable cause) {
        super(message, cause);
    }
}
