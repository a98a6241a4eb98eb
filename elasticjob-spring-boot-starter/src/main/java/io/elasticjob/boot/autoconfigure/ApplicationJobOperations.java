package io.elasticjob.boot.autoconfigure;

import io.elasticjob.CancelReceipt;
import io.elasticjob.CancelRequest;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.PlanStatus;
import io.elasticjob.RegistryException;
import io.elasticjob.RerunReceipt;
import io.elasticjob.RerunRequest;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Those of the application's engine, which may not be there yet: so that the one who steers jobs does not start it early. */
final class ApplicationJobOperations implements JobOperations {

    private final Supplier<Optional<JobOperations>> present;

    /** @param present asked with each operation; empty while there is no engine */
    ApplicationJobOperations(Supplier<Optional<JobOperations>> present) {
        this.present = present;
    }

    private <T> CompletionStage<T> ask(Function<JobOperations, CompletionStage<T>> question) {
        return present.get()
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
    public CompletionStage<PlanStatus> plan(PlanRequest request) {
        return ask(operations -> operations.plan(request));
    }

    @Override
    public CompletionStage<Boolean> cancelPlan(String job, String id, Operator by) {
        return ask(operations -> operations.cancelPlan(job, id, by));
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
    public CompletionStage<CancelReceipt> cancel(CancelRequest request) {
        return ask(operations -> operations.cancel(request));
    }

    @Override
    public CompletionStage<RerunReceipt> rerun(RerunRequest request) {
        return ask(operations -> operations.rerun(request));
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
    public CompletionStage<Void> disable(String job, JobPart part, Operator by) {
        return ask(operations -> operations.disable(job, part, by));
    }

    @Override
    public CompletionStage<Void> enable(String job, JobPart part, Operator by) {
        return ask(operations -> operations.enable(job, part, by));
    }

    @Override
    public CompletionStage<Void> create(String job, Map<JobKey, String> settings, Operator by) {
        return ask(operations -> operations.create(job, settings, by));
    }

    @Override
    public CompletionStage<Void> transfer(String job, String application, Operator by) {
        return ask(operations -> operations.transfer(job, application, by));
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
