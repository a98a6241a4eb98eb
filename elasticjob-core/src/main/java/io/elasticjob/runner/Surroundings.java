package io.elasticjob.runner;

import io.elasticjob.ExecutionScope;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All scopes around an execution, none of which gets in its way. */
final class Surroundings implements ExecutionScope {

    private static final Logger log = LoggerFactory.getLogger(InProcessShardRunner.class);

    private final List<ExecutionScope> scopes;

    Surroundings(List<ExecutionScope> scopes) {
        this.scopes = List.copyOf(scopes);
    }

    /** With these inside of the present ones. */
    Surroundings with(List<ExecutionScope> more) {
        List<ExecutionScope> all = new ArrayList<>(scopes);
        all.addAll(more);
        return new Surroundings(all);
    }

    @Override
    public Open open(ShardingContext context) {
        Deque<Open> opened = new ArrayDeque<>(scopes.size());
        for (ExecutionScope scope : scopes) {
            try {
                opened.push(scope.open(context));
            } catch (Throwable failed) {
                log.error("The scope {} could not be opened; {} runs without it", scope, context, failed);
            }
        }
        return (outcome, thrown) -> opened.forEach(open -> close(open, context, outcome, thrown));
    }

    private static void close(Open open, ShardingContext context, Outcome outcome, @Nullable Throwable thrown) {
        try {
            open.close(outcome, thrown);
        } catch (Throwable failed) {
            log.error("The scope {} of {} could not be closed; the outcome holds", open, context, failed);
        }
    }
}
