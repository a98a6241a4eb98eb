package io.elasticjob.boot.autoconfigure;

import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.Scope;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.registry.RegistryException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Those of the application's engine, which may not be there yet: so that whoever steers jobs does not start it early. */
final class ApplicationOperations implements JobOperations {

    private final Supplier<Optional<JobEngine>> engine;

    ApplicationOperations(Supplier<Optional<JobEngine>> engine) {
        this.engine = engine;
    }

    private <T> CompletionStage<T> ask(Function<JobOperations, CompletionStage<T>> question) {
        return engine.get()
                .map(JobEngine::operations)
                .map(question)
                .orElseGet(() -> CompletableFuture.failedFuture(new RegistryException(
                        "The job engine of this application has not been started; it is when the application context"
                                + " is, if there is a job, a handler, or a bean that asks for JobOperations")));
    }

    @Override
    public CompletionStage<TriggerReceipt> trigger(TriggerRequest request) {
        return ask(operations -> operations.trigger(request));
    }

    @Override
    public CompletionStage<Optional<TriggerStatus>> triggerStatus(String job, long number) {
        return ask(operations -> operations.triggerStatus(job, number));
    }

    @Override
    public CompletionStage<Optional<TriggerStatus>> cancel(String job, long number, Operator by) {
        return ask(operations -> operations.cancel(job, number, by));
    }

    @Override
    public CompletionStage<Void> configure(String job, Map<JobKey, String> values, Operator by) {
        return ask(operations -> operations.configure(job, values, by));
    }

    @Override
    public CompletionStage<Void> reset(String job, Set<JobKey> keys, Operator by) {
        return ask(operations -> operations.reset(job, keys, by));
    }

    @Override
    public CompletionStage<Void> disable(String job, Scope scope, Operator by) {
        return ask(operations -> operations.disable(job, scope, by));
    }

    @Override
    public CompletionStage<Void> enable(String job, Scope scope, Operator by) {
        return ask(operations -> operations.enable(job, scope, by));
    }

    @Override
    public CompletionStage<Void> create(String job, Map<JobKey, String> settings, Operator by) {
        return ask(operations -> operations.create(job, settings, by));
    }

    @Override
    public CompletionStage<Void> remove(String job, Operator by) {
        return ask(operations -> operations.remove(job, by));
    }

    @Override
    public CompletionStage<Void> drain(String instance, Operator by) {
        return ask(operations -> operations.drain(instance, by));
    }

    @Override
    public CompletionStage<Void> resume(String instance, Operator by) {
        return ask(operations -> operations.resume(instance, by));
    }
}
