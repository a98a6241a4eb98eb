package io.elasticjob;

import io.elasticjob.TriggerStatus.State;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Steers the jobs of the namespace, alike from every instance. What is answered is in the registry, holds on all instances,
 * and survives restarts and deployments: once a change is answered, nothing is begun any more as it was before.
 *
 * <p>No method blocks. A stage that is returned fails with
 *
 * <ul>
 *   <li>{@link NoSuchJobException} when there is no such job,
 *   <li>{@link InvalidSettingException} for a value that can not be used; nothing is changed then,
 *   <li>{@link OperationRefusedException} when it does not go with how things are, such as a trigger of a disabled job,
 *   <li>{@code io.elasticjob.registry.RegistryException} when the registry did not answer in time; then it may have been
 *       done, or not. Everything but {@link #trigger} can simply be asked for again.
 * </ul>
 *
 * Stages are completed on the engine's thread: go on elsewhere with anything that takes time.
 */
public interface JobOperations {

    /**
     * Has shards of a job run once each, as soon as they are free. Requests run in the order of their numbers, are never
     * taken together, and are never lost, whatever instances and registry do meanwhile.
     */
    CompletionStage<TriggerReceipt> trigger(TriggerRequest request);

    /** How far a trigger has come; empty when it is done, or never was: the history tells which. */
    CompletionStage<Optional<TriggerStatus>> triggerStatus(String job, long number);

    /**
     * Takes a trigger back. What runs already goes on; no other shard begins with it.
     *
     * @return how it stood; shards that will not run are {@link State#CANCELLED}. Empty when there is no such trigger (any
     *     more)
     */
    CompletionStage<Optional<TriggerStatus>> cancel(String job, long number, Operator by);

    /**
     * Lays settings over what is declared, all of them at once or none. They hold until they are {@link #reset}, whatever
     * is deployed. A new number of shards holds from one firing on, for all shards alike.
     *
     * @param values in their written form, as in configuration files
     */
    CompletionStage<Void> configure(String job, Map<JobKey, String> values, Operator by);

    /**
     * Takes settings back that {@link #configure} has laid over what is declared. The handler of a job that was made at run
     * time stays.
     *
     * @param keys which; empty for all of them
     */
    CompletionStage<Void> reset(String job, Set<JobKey> keys, Operator by);

    /** Switches a job off, or a shard of it, or an instance for it. What runs goes on to its end. */
    CompletionStage<Void> disable(String job, Scope scope, Operator by);

    /** Switches on again what was switched off. Firings that were missed meanwhile are not made up for. */
    CompletionStage<Void> enable(String job, Scope scope, Operator by);

    /**
     * Makes a job that no application declares. It is run by all instances that offer its handler, of whatever application,
     * and is there until it is removed. One with {@link JobKey#AT} runs once and is removed by itself.
     *
     * @param settings in their written form; {@link JobKey#HANDLER} names the handler
     */
    CompletionStage<Void> create(String job, Map<JobKey, String> settings, Operator by);

    /**
     * Removes a job with everything that is known of it. What runs goes on, but its end is not recorded. A declared job
     * comes back when an instance starts that declares it.
     */
    CompletionStage<Void> remove(String job, Operator by);

    /**
     * Has an instance take nothing new until it is told to {@link #resume}; its shards go to the others. It stays drained
     * if it loses its session, and is no longer drained when its process is started anew.
     *
     * @param instance its id or its name
     */
    CompletionStage<Void> drain(String instance, Operator by);

    /** Has a drained instance take shards again. */
    CompletionStage<Void> resume(String instance, Operator by);
}
