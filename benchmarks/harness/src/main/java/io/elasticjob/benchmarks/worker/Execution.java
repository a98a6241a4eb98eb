package io.elasticjob.benchmarks.worker;

import java.util.OptionalLong;

/**
 * One shard of one firing, as it was written down.
 *
 * @param begun in microseconds since the epoch
 * @param ended likewise; 0 while it runs, or when its JVM died meanwhile
 * @param job index of the job
 * @param instance ordinal of the instance
 * @param fireTimeMillis that the system named; -1 when it named none
 */
public record Execution(long begun, long ended, int job, int shard, int instance, long fireTimeMillis) {

    /** Fire time in milliseconds since the epoch, when the system named it. */
    public OptionalLong fireTime() {
        return fireTimeMillis < 0 ? OptionalLong.empty() : OptionalLong.of(fireTimeMillis);
    }
}
