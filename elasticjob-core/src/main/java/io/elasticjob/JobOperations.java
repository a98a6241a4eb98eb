package io.elasticjob;

import io.elasticjob.TriggerStatus.State;
import io.elasticjob.text.Pairs;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Operates the jobs of the namespace, from any instance. A change that is answered is stored in ZooKeeper, holds on all
 * instances, and survives restarts and deployments: from then on, no execution starts as it was before.
 *
 * <p>Right after the start a call waits, 20 s at most, until this instance has declared its own jobs in ZooKeeper and knows
 * all others.
 *
 * <p>No method blocks. The returned stage fails with
 *
 * <ul>
 *   <li>{@link NoSuchJobException} when there is no such job,
 *   <li>{@link InvalidSettingException} if a value is invalid; nothing is changed then,
 *   <li>{@link OperationRefusedException} when the call conflicts with the current state, such as a trigger of a disabled job,
 *   <li>{@link JobsDisabledException}, a kind of the former, at once if {@code elasticjob.enabled} is false,
 *   <li>{@link RegistryException} if ZooKeeper did not answer in time; then the change may or may not have been applied.
 *       Every call can be repeated; repeat a {@link #trigger} with the same {@link TriggerRequest#withId id}.
 * </ul>
 *
 * Stages are completed on threads of the engine that are for answers only: a callback that blocks delays no job.
 *
 * @since 0.1.0
 */
public interface JobOperations {

    /**
     * Runs shards of a job once each, as soon as they are free. Triggers run in the order of their numbers. They are never
     * merged and never lost, even if instances or ZooKeeper fail meanwhile.
     */
    CompletionStage<TriggerReceipt> trigger(TriggerRequest request);

    /**
     * Stores that shards of a job run later: once, not before a time, or for each fire time of a span that is past, one after
     * another, between the regular firings of the job. It is carried out even if this instance dies. Each of these firings
     * becomes a trigger when its time has come and the one before it is done.
     *
     * <p>Repeat a request with the same {@link TriggerRequest#withId id}: as long as it is not carried out, it is the same one.
     *
     * @return what is stored
     */
    CompletionStage<PlanStatus> plan(PlanRequest request);

    /**
     * Cancels what is left of a plan. A trigger that was made of it goes on; cancel that by its number.
     *
     * @param id of the request
     * @return whether it was there
     */
    CompletionStage<Boolean> cancelPlan(String job, String id, Operator by);

    /** The state of a trigger; empty when it is done, or never existed: the history shows which. */
    CompletionStage<Optional<TriggerStatus>> triggerStatus(String job, long number);

    /**
     * Cancels a trigger. Shards that run it already go on; no other shard starts it.
     *
     * @return its state; shards that will not run are {@link State#CANCELLED}. Empty when there is no such trigger (any
     *     more)
     */
    CompletionStage<Optional<TriggerStatus>> cancel(String job, long number, Operator by);

    /**
     * Ends what runs of a job, on whichever instance it runs: one shard, one firing, or everything. A handler is interrupted,
     * and {@link ShardingContext#cancellation()} says why. Its outcome is {@link Outcome.Cancelled} once it has really ended.
     * What is cancelled is not run again: neither by failover nor on another instance. Of a firing that is named, shards that
     * have not begun do not begin either.
     *
     * @return which shards are asked to end; the stage fails with {@link OperationRefusedException} when none runs
     */
    CompletionStage<CancelReceipt> cancel(CancelRequest request);

    /**
     * Runs shards of past firings again, as those firings: handlers see their ids and fire times, what they were asked for
     * with, and the next attempt. Each firing that has run again is closed and told again, once. The firing must be over, and
     * its record must be kept: the job needs {@code recordFirings}.
     *
     * <p>Repeat a request with the same {@link RerunRequest#withId id}: its firings run again once.
     *
     * @return which firings run again, by which triggers; the stage fails with {@link InvalidSettingException} when there is no
     *     such firing or shard, and with {@link OperationRefusedException} when the firing runs, or nothing of it failed
     */
    CompletionStage<RerunReceipt> rerun(RerunRequest request);

    /**
     * Overrides declared settings: all of them, or none. Overrides hold until {@link #reset}, whatever is deployed. A new
     * number of shards applies to all shards together, from one firing on.
     *
     * @param values in their written form, as in configuration files; parameters of shards and labels as
     *     {@link Pairs#format} writes them
     */
    CompletionStage<Void> configure(String job, Map<JobKey, String> values, Operator by);

    /**
     * Removes overrides that {@link #configure} has set. The handler of a job that was created at run time stays.
     *
     * @param keys which; empty for all of them
     */
    CompletionStage<Void> reset(String job, Set<JobKey> keys, Operator by);

    /** Switches a job off, or a shard of it, or an instance for it. What runs goes on to its end. */
    CompletionStage<Void> disable(String job, JobPart part, Operator by);

    /** Switches on again what was switched off. Firings that were missed meanwhile do not run. */
    CompletionStage<Void> enable(String job, JobPart part, Operator by);

    /**
     * Creates a job that no application declares. All instances that offer its handler run it, those of any application. It
     * exists until it is removed. A job with {@link JobKey#AT} runs once and is then removed automatically.
     *
     * @param settings in their written form; {@link JobKey#HANDLER} names the handler
     */
    CompletionStage<Void> create(String job, Map<JobKey, String> settings, Operator by);

    /**
     * Gives a declared job to another application, with its overrides, switches and records. From then on only that
     * application runs it, and its declaration applies.
     *
     * @param application of which a live instance declares the job
     */
    CompletionStage<Void> transfer(String job, String application, Operator by);

    /**
     * Removes a job with all its records. What runs goes on, but its end is not recorded. A declared job comes back when an
     * instance that declares it starts.
     */
    CompletionStage<Void> remove(String job, Operator by);

    /**
     * Drains an instance: it takes nothing new until {@link #resume}, and its shards go to the others. It stays drained if it
     * loses its session, and is no longer drained after its process has restarted.
     *
     * @param instance its id or its name
     */
    CompletionStage<Void> drain(String instance, Operator by);

    /** Ends the drain of an instance: it takes shards again. */
    CompletionStage<Void> resume(String instance, Operator by);
}
