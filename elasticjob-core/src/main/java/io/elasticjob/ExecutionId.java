package io.elasticjob;

/**
 * Names one shard of one firing, one attempt.
 *
 * @param life tells a job from one of the same name that was removed before: drawn at random when the job was created; ""
 *     where that is not known
 * @param shard from 0
 * @param attempt from 1; counts up when the same firing of the shard is run again
 * @since 0.1.0
 */
public record ExecutionId(String job, String life, Firing firing, int shard, int attempt) {

    /** Where a past firing is run again, it names that one. */
    public ExecutionId {
        firing = firing.identity();
    }

    /** An execution of a job whose life is not known, as in a unit test. */
    public ExecutionId(String job, Firing firing, int shard, int attempt) {
        this(job, "", firing, shard, attempt);
    }

    /** {@code job/firing/shard/attempt}: what people read. It comes again when a job is removed and created again. */
    @Override
    public String toString() {
        return job + "/" + firing.text() + "/" + shard + "/" + attempt;
    }
}
