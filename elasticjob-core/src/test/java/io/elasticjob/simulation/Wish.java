package io.elasticjob.simulation;

import io.elasticjob.CancelRequest;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.RerunRequest;
import io.elasticjob.TriggerRequest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Something that an operator may ask any engine for. */
sealed interface Wish {

    CompletionStage<?> ask(JobOperations operations, Operator by);

    record Trigger(TriggerRequest request) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return operations.trigger(request.by(by));
        }
    }

    record Cancel(String job, long number) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return operations.cancel(job, number, by);
        }
    }

    /** What runs, or is to be run again, is to end. */
    record CancelRun(CancelRequest request) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return operations.cancel(request.by(by));
        }
    }

    /** Firings by hand that are to come. */
    record Plan(PlanRequest request) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return operations.plan(new PlanRequest(request.trigger().by(by), request.when()));
        }
    }

    /** Past firings are to run again. */
    record Rerun(RerunRequest request) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return operations.rerun(request.by(by));
        }
    }

    record CancelPlan(String job, String id) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return operations.cancelPlan(job, id, by);
        }
    }

    record Configure(String job, Map<JobKey, String> values) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return operations.configure(job, values, by);
        }
    }

    /** Of all that was laid over what is declared. */
    record Reset(String job) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return operations.reset(job, Set.of(), by);
        }
    }

    record Switch(String job, JobPart scope, boolean on) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return on ? operations.enable(job, scope, by) : operations.disable(job, scope, by);
        }
    }

    record Create(String job, Map<JobKey, String> settings) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return operations.create(job, settings, by);
        }
    }

    record Remove(String job) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return operations.remove(job, by);
        }
    }

    /** @param instance its id or its name */
    record Drain(String instance, boolean on) implements Wish {
        @Override
        public CompletionStage<?> ask(JobOperations operations, Operator by) {
            return on ? operations.drain(instance, by) : operations.resume(instance, by);
        }
    }
}
