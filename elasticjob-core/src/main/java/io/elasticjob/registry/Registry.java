package io.elasticjob.registry;

import io.elasticjob.RegistryException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A tree of versioned nodes, shared by all instances, with the semantics of ZooKeeper: writes are linearizable; reads
 * are served by the server one is connected to and may lag behind, but never go back within a session; operations of one
 * session are answered in the order in which they were asked.
 *
 * <p>No method blocks. Answers come on the registry's threads. Every operation belongs to the session it was decided
 * under: if that is not the present one any more, it fails with {@link RegistryException} and is not sent; no operation
 * is ever sent twice. What asks for nothing (no paths, no writes) is answered at once and not sent.
 *
 * <p>Paths are absolute, slash-separated, without a trailing slash. Callers keep a single request
 * below {@link RequestSize#MOST} bytes.
 */
public interface Registry extends AutoCloseable {

    /**
     * Starts to connect, and keeps connecting for ever, through lost connections and expired sessions. Called once.
     *
     * @param listener told of everything from now on
     */
    void open(RegistryListener listener);

    /** Which one it is, for people who look at it. From any thread. */
    default RegistryLocation location() {
        return new RegistryLocation(getClass().getName(), false);
    }

    /**
     * Reads all the nodes in one request. The result has one entry for each path, in their order. A node that this client is
     * not allowed to read is {@link Read.Unreadable}, and costs the others nothing. An answer that is longer than the client
     * takes costs the connection: callers ask for less at a time after an answer that never came.
     */
    CompletionStage<List<Read>> read(Session session, List<String> paths);

    /** Reads a node and leaves a watch that rings {@link RegistryListener#changed} once, if the node was present. */
    CompletionStage<Read> readAndWatch(Session session, String path);

    /**
     * The names of a node's children, in no particular order.
     *
     * @return empty as well when the node itself is not there
     */
    CompletionStage<List<String>> children(Session session, String path);

    /** Watches a node and all below it until the session ends. Asking again changes nothing. The node need not exist. */
    CompletionStage<Void> watchTree(Session session, String path);

    /** Writes all or nothing, in one transaction and one request. */
    CompletionStage<Answer> commit(Session session, List<Write> writes);

    /** Completes when the server one is connected to has caught up with all that was written before this call. */
    CompletionStage<Void> sync(Session session);

    /**
     * Ends the session, so that its ephemeral nodes vanish, and seeks a new one: {@link RegistryListener#lost}, then
     * {@link RegistryListener#connected}. Does nothing when {@code session} is not the present one.
     */
    void renew(Session session);

    /** Ends the session and stops connecting. Open operations fail. The listener hears nothing more. */
    @Override
    void close();
}
