package io.elasticjob;

import java.util.concurrent.CompletionStage;

/**
 * Confirms that a trigger is stored in ZooKeeper: from now on it runs, even if this process dies.
 *
 * @param number of the trigger, counting from 0 for as long as the job lives
 * @param accepted its state when it was accepted
 * @param completion completes when all of its shards have run, or it was cancelled; fails with
 *     {@code RegistryException} when this instance is closed before it knows. Completed on a thread for answers: a
 *     callback that blocks delays no job
 * @since 0.1.0
 */
public record TriggerReceipt(long number, TriggerStatus accepted, CompletionStage<TriggerStatus> completion) {}
