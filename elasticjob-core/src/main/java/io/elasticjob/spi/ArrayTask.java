package io.elasticjob.spi;

/**
 * One of the tasks of an {@link ArrayRun}.
 *
 * @param shard its number among all tasks of the firing, from 0. A run that repeats only those that failed has gaps
 * @param parameter "" when there is none; any text without U+0000
 * @since 0.1.0
 */
public record ArrayTask(int shard, String parameter) {

    /** Without the parameter, which may be secret. */
    @Override
    public String toString() {
        return "task " + shard;
    }
}
