package io.elasticjob;

/**
 * ZooKeeper gave no answer: the connection was lost, the session has ended, or the server refused to serve. After a read
 * nothing is known; a commit <em>may or may not have been applied</em>.
 *
 * @since 0.1.0
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
