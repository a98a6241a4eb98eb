package io.elasticjob.engine;

import io.elasticjob.registry.Session;

/**
 * One uninterrupted time of being connected. Compared by identity: an answer that was asked for over an earlier one says
 * nothing about now, though the session may be the same.
 */
final class Connection {

    private final Session session;

    Connection(Session session) {
        this.session = session;
    }

    Session session() {
        return session;
    }
}
