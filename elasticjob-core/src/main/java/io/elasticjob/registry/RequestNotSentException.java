package io.elasticjob.registry;

import io.elasticjob.RegistryException;

/** The request was never sent: a read tells nothing, and a commit was <em>not</em> applied, nor ever will be. */
public class RequestNotSentException extends RegistryException {

    private static final long serialVersionUID = 1L;

    public RequestNotSentException(String message) {
        super(message);
    }
}
