package io.elasticjob.memory;

import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Passes everything on; what a test wants otherwise it overrides. */
public class PassingRegistry implements Registry {

    private final Registry registry;

    public PassingRegistry(Registry registry) {
        this.registry = registry;
    }

    @Override
    public void open(RegistryListener listener) {
        registry.open(listener);
    }

    @Override
    public CompletionStage<List<Read>> read(Session session, List<String> paths) {
        return registry.read(session, paths);
    }

    @Override
    public CompletionStage<Read> readAndWatch(Session session, String path) {
        return registry.readAndWatch(session, path);
    }

    @Override
    public CompletionStage<List<String>> children(Session session, String path) {
        return registry.children(session, path);
    }

    @Override
    public CompletionStage<Void> watchTree(Session session, String path) {
        return registry.watchTree(session, path);
    }

    @Override
    public CompletionStage<Answer> commit(Session session, List<Write> writes) {
        return registry.commit(session, writes);
    }

    @Override
    public CompletionStage<Void> sync(Session session) {
        return registry.sync(session);
    }

    @Override
    public void renew(Session session) {
        registry.renew(session);
    }

    @Override
    public void close() {
        registry.close();
    }
}
