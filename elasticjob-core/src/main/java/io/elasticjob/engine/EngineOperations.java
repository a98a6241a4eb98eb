package io.elasticjob.engine;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.Scope;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Hands what is asked for, on whatever thread, to the loop. */
final class EngineOperations implements JobOperations {

    private final JobEngine engine;
    private final Machine machine;

    EngineOperations(JobEngine engine, Machine machine) {
        this.engine = engine;
        this.machine = machine;
    }

    @Override
    public CompletionStage<TriggerReceipt> trigger(TriggerRequest request) {
        CompletableFuture<TriggerStatus> completion = engine.question();
        return ask(answer -> machine.triggerRequests().trigger(request, answer, completion));
    }

    @Override
    public CompletionStage<Optional<TriggerStatus>> triggerStatus(String job, long number) {
        return ask(answer -> machine.triggerRequests().status(checked(job), number, answer));
    }

    @Override
    public CompletionStage<Optional<TriggerStatus>> cancel(String job, long number, Operator by) {
        return ask(answer -> machine.triggerRequests().cancel(checked(job), number, by, answer));
    }

    @Override
    public CompletionStage<Void> configure(String job, Map<JobKey, String> values, Operator by) {
        Map<JobKey, String> copy = Map.copyOf(values);
        return change(answer -> machine.operations().configure(checked(job), copy, by, answer));
    }

    @Override
    public CompletionStage<Void> reset(String job, Set<JobKey> keys, Operator by) {
        Set<JobKey> copy = Set.copyOf(keys);
        return change(answer -> machine.operations().reset(checked(job), copy, by, answer));
    }

    @Override
    public CompletionStage<Void> disable(String job, Scope scope, Operator by) {
        return change(answer -> machine.operations().set(checked(job), scope, false, by, answer));
    }

    @Override
    public CompletionStage<Void> enable(String job, Scope scope, Operator by) {
        return change(answer -> machine.operations().set(checked(job), scope, true, by, answer));
    }

    @Override
    public CompletionStage<Void> create(String job, Map<JobKey, String> settings, Operator by) {
        Map<JobKey, String> copy = Map.copyOf(settings);
        return change(answer -> machine.operations().create(checked(job), copy, by, answer));
    }

    @Override
    public CompletionStage<Void> remove(String job, Operator by) {
        return change(answer -> machine.operations().remove(checked(job), by, answer));
    }

    @Override
    public CompletionStage<Void> drain(String instance, Operator by) {
        return change(answer -> machine.operations().drain(instance, by, answer));
    }

    @Override
    public CompletionStage<Void> resume(String instance, Operator by) {
        return change(answer -> machine.operations().resume(instance, answer));
    }

    /** It becomes part of a path. */
    private static String checked(String job) {
        return JobDefinition.checkedName("job", job);
    }

    private CompletionStage<Void> change(Consumer<CompletableFuture<Boolean>> asked) {
        return ask(asked).thenAccept(changed -> {});
    }

    /** Whatever goes wrong is the answer: a question that is not answered is waited for. */
    private <T> CompletableFuture<T> ask(Consumer<CompletableFuture<T>> asked) {
        CompletableFuture<T> answer = engine.question();
        if (!answer.isDone()) {
            engine.post(() -> {
                try {
                    asked.accept(answer);
                } catch (RuntimeException refused) {
                    answer.completeExceptionally(refused);
                }
            });
        }
        return answer;
    }
}
