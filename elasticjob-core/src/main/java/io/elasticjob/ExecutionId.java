package io.elasticjob;

/**
 * Names one shard of one firing, one attempt.
 *
 * @param shard from 0
 * @param attempt from 1; counts up when the same firing of the shard is run again
 */
public record ExecutionId(String job, Firing firing, int shard, int attempt) {

    /** {@code job/firing/shard/attempt}. */
    @Override
    public String toString() {
        return job + "/" + firing.text() + "/" + shard + "/" + attempt;
    }
}
