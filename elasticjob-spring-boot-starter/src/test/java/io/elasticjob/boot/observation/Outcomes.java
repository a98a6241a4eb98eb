package io.elasticjob.boot.observation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.spi.ShardRunner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Listens to a runner as an engine does, for how executions end. */
record Outcomes(Consumer<Outcome> told) implements ShardRunner.Listener {

    /** For the handler "work". */
    static ShardRunner.Order order(ShardingContext.Builder context) {
        return ShardRunner.Order.of(
                JobDefinition.named("orders").set(JobKey.HANDLER, "work").build(), context.build());
    }

    @Override
    public void ended(ShardRunner.Order order, Outcome outcome) {
        told.accept(outcome);
    }

    @Override
    public CompletionStage<Void> recordEnd(ShardRunner.Order order, Outcome outcome) {
        ended(order, outcome);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> reached(ShardRunner.Order order, String checkpoint) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<ShardRunner.Adopted> adopt(ShardRunner.Holding holding) {
        throw new AssertionError("what it runs ends with it");
    }

    @Override
    public void changed() {}
}
