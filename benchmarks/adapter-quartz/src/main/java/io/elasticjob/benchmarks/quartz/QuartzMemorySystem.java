package io.elasticjob.benchmarks.quartz;

import io.elasticjob.benchmarks.system.InstanceSettings;
import io.elasticjob.benchmarks.system.JobSpec;
import java.util.Properties;

/** Quartz in memory, a trigger for each job, its shards one after another: what triggering alone costs. */
public final class QuartzMemorySystem extends QuartzSystem {

    @Override
    int shardsPerQuartzJob(JobSpec job) {
        return job.shards();
    }

    @Override
    Properties store(InstanceSettings settings) {
        return new Properties();
    }
}
