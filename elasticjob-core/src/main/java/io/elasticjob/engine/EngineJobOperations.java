package io.elasticjob.engine;

import io.elasticjob.CancelReceipt;
import io.elasticjob.CancelRequest;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
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
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Hands what is asked for, on whatever thread, to the loop. */
final class EngineJobOperations implements JobOperations {

    private final Questions questions;
    private final Loop loop;
    private final Machine machine;

    EngineJobOperations(Questions questions, Loop loop, Machine machine) {
        this.questions = questions;
        this.loop = loop;
        this.machine = machine;
    }

    @Override
    public CompletionStage<TriggerReceipt> trigger(TriggerRequest request) {
        Question<TriggerStatus> completion = questions.ask(null);
        return ask(
                questions.ask(completion),
                answer -> machine.requests().triggers().trigger(request, answer, completion));
    }

    @Override
    public CompletionStage<PlanStatus> plan(PlanRequest request) {
        return ask(answer -> machine.requests().plans().plan(request, answer));
    }

    @Override
    public CompletionStage<Boolean> cancelPlan(String job, String id, Operator by) {
        return ask(answer -> machine.requests().plans().cancel(checked(job), PlanRequest.checkedId(id), by, answer));
    }

    @Override
    public CompletionStage<Optional<TriggerStatus>> triggerStatus(String job, long number) {
        return ask(answer -> machine.requests().numberedTriggers().status(checked(job), number, answer));
    }

    @Override
    public CompletionStage<Optional<TriggerStatus>> cancel(String job, long number, Operator by) {
        return ask(answer -> machine.requests().numberedTriggers().cancel(checked(job), number, by, answer));
    }

    @Override
    public CompletionStage<CancelReceipt> cancel(CancelRequest request) {
        return ask(answer -> machine.requests().cancels().cancel(request, answer));
    }

    @Override
    public CompletionStage<RerunReceipt> rerun(RerunRequest request) {
        return ask(answer -> machine.requests().reruns().rerun(request, answer));
    }

    @Override
    public CompletionStage<Void> configure(String job, Map<JobKey, String> values, Operator by) {
        Map<JobKey, String> copy = Map.copyOf(values);
        return change(answer -> machine.requests().changes().configure(checked(job), copy, by, answer));
    }

    @Override
    public CompletionStage<Void> reset(String job, Set<JobKey> keys, Operator by) {
        Set<JobKey> copy = Set.copyOf(keys);
        return change(answer -> machine.requests().changes().reset(checked(job), copy, by, answer));
    }

    @Override
    public CompletionStage<Void> disable(String job, JobPart part, Operator by) {
        return change(answer -> machine.requests().changes().set(checked(job), part, false, by, answer));
    }

    @Override
    public CompletionStage<Void> enable(String job, JobPart part, Operator by) {
        return change(answer -> machine.requests().changes().set(checked(job), part, true, by, answer));
    }

    @Override
    public CompletionStage<Void> create(String job, Map<JobKey, String> settings, Operator by) {
        Map<JobKey, String> copy = Map.copyOf(settings);
        return change(answer -> machine.requests().changes().create(checked(job), copy, by, answer));
    }

    @Override
    public CompletionStage<Void> transfer(String job, String application, Operator by) {
        return change(answer -> machine.requests().changes().transfer(checked(job), application, by, answer));
    }

    @Override
    public CompletionStage<Void> remove(String job, Operator by) {
        return change(answer -> machine.requests().changes().remove(checked(job), by, answer));
    }

    @Override
    public CompletionStage<Void> drain(String instance, Operator by) {
        return change(answer -> machine.requests().changes().drain(instance, by, answer));
    }

    @Override
    public CompletionStage<Void> resume(String instance, Operator by) {
        return change(answer -> machine.requests().changes().resume(instance, answer));
    }

    /** It becomes part of a path. */
    private static String checked(String job) {
        return JobDefinition.checkedName("job", job);
    }

    private CompletionStage<Void> change(Consumer<Question<Boolean>> asked) {
        return ask(asked).thenAccept(changed -> {});
    }

    /** Whatever goes wrong is the answer: a question that is not answered is waited for. */
    private <T> CompletionStage<T> ask(Consumer<Question<T>> asked) {
        return ask(questions.ask(null), asked);
    }

    private <T> CompletionStage<T> ask(Question<T> question, Consumer<Question<T>> asked) {
        if (!question.isSettled()) {
            loop.post(() -> machine.whenKnown(question, () -> {
                try {
                    asked.accept(question);
                } catch (Throwable failed) {
                    machine.refuse(question, failed);
                }
            }));
        }
        return question.stage();
    }
}
