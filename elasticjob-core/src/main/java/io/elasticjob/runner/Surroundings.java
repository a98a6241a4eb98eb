package io.elasticjob.runner;

import io.elasticjob.ExecutionScope;
import io.elasticjob.ExecutionScope.Open;
import io.elasticjob.Outcome;
import io.elasticjob.Progress;
import io.elasticjob.ShardingContext;
import io.elasticjob.text.Thrown;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All scopes around an execution, and what hears of its failure, none of which gets in its way. */
final class Surroundings {

    private static final Logger log = LoggerFactory.getLogger(InProcessShardRunner.class);

    private final List<ExecutionScope> scopes;
    private final ErrorHandlers errors;

    Surroundings(List<ExecutionScope> scopes, ErrorHandlers errors) {
        this.scopes = List.copyOf(scopes);
        this.errors = errors;
    }

    /** With these inside of the present ones. */
    Surroundings with(List<ExecutionScope> more) {
        List<ExecutionScope> all = new ArrayList<>(scopes);
        all.addAll(more);
        return new Surroundings(all, errors);
    }

    /** With these error handlers in place of the present ones. */
    Surroundings with(ErrorHandlers others) {
        return new Surroundings(scopes, others);
    }

    ErrorHandlers errors() {
        return errors;
    }

    /**
     * Opens all of them.
     *
     * @param heard hears of what they throw, when they are opened and when they are closed
     */
    Open open(ShardingContext context, Consumer<Throwable> heard) {
        Deque<Open> opened = new ArrayDeque<>(scopes.size());
        for (ExecutionScope scope : scopes) {
            try {
                opened.push(scope.open(context));
            } catch (Throwable failed) {
                log.error(
                        "The scope {} could not be opened; {} runs without it",
                        scope,
                        context,
                        Thrown.tellable(failed));
                heard.accept(failed);
            }
        }
        return new All(opened, context, heard);
    }

    /** Those that could be opened, the last one first. */
    private record All(Deque<Open> opened, ShardingContext context, Consumer<Throwable> heard) implements Open {

        @Override
        public void close(Outcome outcome, @Nullable Throwable thrown) {
            for (Open open : opened) {
                try {
                    open.close(outcome, thrown);
                } catch (Throwable failed) {
                    log.error(
                            "The scope {} of {} could not be closed; the outcome stays",
                            open,
                            context,
                            Thrown.tellable(failed));
                    heard.accept(failed);
                }
            }
        }

        @Override
        public void progressed(Progress progress) {
            for (Open open : opened) {
                try {
                    open.progressed(progress);
                } catch (Throwable failed) {
                    log.error(
                            "The scope {} of {} could not be told of progress; the execution continues",
                            open,
                            context,
                            Thrown.tellable(failed));
                }
            }
        }
    }
}
