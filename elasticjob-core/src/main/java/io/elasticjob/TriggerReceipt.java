package io.elasticjob;

import java.util.concurrent.CompletionStage;

/**
 * Says that a firing by hand is in the registry: from now on it runs, whatever becomes of this process.
 *
 * @param number of the trigger, counting from 0 for as long as the job lives
 * @param accepted how it stood when it was accepted
 * @param completion completes when all of its shards have run, or it was cancelled; fails with
 *     {@code RegistryException} when this instance is closed before it knows. Completed on the engine's thread: go on
 *     elsewhere with anything that takes time
 */
public record TriggerReceipt(long number, TriggerStatus accepted, CompletionStage<TriggerStatus> completion) {}
