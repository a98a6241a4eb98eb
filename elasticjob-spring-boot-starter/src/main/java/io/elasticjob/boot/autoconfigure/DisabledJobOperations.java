package io.elasticjob.boot.autoconfigure;

import io.elasticjob.CancelReceipt;
import io.elasticjob.CancelRequest;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.JobsDisabledException;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.PlanStatus;
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

/** Those of an application that takes no part: it runs all the same, and learns from each answer why nothing is done. */
final class DisabledJobOperations implements JobOperations {

    private static <T> CompletionStage<T> disabled() {
        return CompletableFuture.failedFuture(new JobsDisabledException(
                "elasticjob.enabled is false: this application runs no jobs and steers none. Nothing was changed"));
    }

    @Override
    public CompletionStage<TriggerReceipt> trigger(TriggerRequest request) {
        return disabled();
    }

    @Override
    public CompletionStage<PlanStatus> plan(PlanRequest request) {
        return disabled();
    }

    @Override
    public CompletionStage<Boolean> cancelPlan(String job, String id, Operator by) {
        return disabled();
    }

    @Override
    public CompletionStage<Optional<TriggerStatus>> triggerStatus(String job, long number) {
        return disabled();
    }

    @Override
    public CompletionStage<Optional<TriggerStatus>> cancel(String job, long number, Operator by) {
        return disabled();
    }

    @Override
    public CompletionStage<CancelReceipt> cancel(CancelRequest request) {
        return disabled();
    }

    @Override
    public CompletionStage<RerunReceipt> rerun(RerunRequest request) {
        return disabled();
    }

    @Override
    public CompletionStage<Void> configure(String job, Map<JobKey, String> values, Operator by) {
        return disabled();
    }

    @Override
    public CompletionStage<Void> reset(String job, Set<JobKey> keys, Operator by) {
        return disabled();
    }

    @Override
    public CompletionStage<Void> disable(String job, JobPart part, Operator by) {
        return disabled();
    }

    @Override
    public CompletionStage<Void> enable(String job, JobPart part, Operator by) {
        return disabled();
    }

    @Override
    public CompletionStage<Void> create(String job, Map<JobKey, String> settings, Operator by) {
        return disabled();
    }

    @Override
    public CompletionStage<Void> transfer(String job, String application, Operator by) {
        return disabled();
    }

    @Override
    public CompletionStage<Void> remove(String job, Operator by) {
        return disabled();
    }

    @Override
    public CompletionStage<Void> drain(String instance, Operator by) {
        return disabled();
    }

    @Override
    public CompletionStage<Void> resume(String instance, Operator by) {
        return disabled();
    }
}
