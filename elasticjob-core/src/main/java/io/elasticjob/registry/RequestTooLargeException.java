package io.elasticjob.registry;

/** What was to be written has more bytes than {@link RequestSize#MOST}: a server would close the connection over it. */
public final class RequestTooLargeException extends RequestNotSentException {

    private static final long serialVersionUID = 1L;

    /** @param bytes as {@link RequestSize} counts them */
    public RequestTooLargeException(long bytes) {
        super("it takes " + bytes + " bytes in one request, and ZooKeeper takes at most " + RequestSize.MOST
                + "; nothing was sent");
    }
}
