package io.elasticjob.registry;

/**
 * Hears what happens to the connection and to watched nodes. Called on the registry's threads, one call at a time and in
 * the order in which the registry saw things happen; implementations ring a bell and return at once.
 */
public interface RegistryListener {

    /**
     * Connected. The first call for a session id means a new session; another call for the same id means that the
     * session goes on after {@link #suspended()}, and that watch events of the meantime may never have been told.
     */
    void connected(Session session);

    /**
     * The connection is gone; the session may go on, or not. All operations asked before have been answered or have
     * failed by now; new ones fail until {@link #connected} is called.
     */
    void suspended();

    /**
     * The session has ended for good: this registry never comes back to it. Its ephemeral nodes are gone, or soon will
     * be; they may still be seen under the next session. A new session is being sought. Told while connected or not.
     */
    void lost(Session session);

    /**
     * A watched node was created or deleted, or its data was changed. Rings once for each change that the registry told;
     * changes made while the connection was away ring nothing.
     */
    void changed(String path);

    /**
     * As {@link #changed(String)}, which it calls unless that is overridden.
     *
     * @param transaction that changed it; 0 where the registry does not tell, as servers before ZooKeeper 3.9 do not
     */
    default void changed(String path, long transaction) {
        changed(path);
    }

    /**
     * Nobody can be reached for a while, and this is why, in words for people. Told again while it lasts; not by every
     * registry.
     */
    default void unreachable(String why) {}
}
