package io.elasticjob.memory;

import io.elasticjob.registry.Session;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A session as the ensemble holds it. */
final class Tenure {

    final Session session;
    final MemoryRegistry client;
    final Ear ear;
    final NavigableSet<String> ephemerals = new TreeSet<>();
    /** The one connection whose requests are served. */
    @Nullable
    ServerConnection connection;

    Tenure(Session session, MemoryRegistry client, Ear ear) {
        this.session = session;
        this.client = client;
        this.ear = ear;
    }
}
