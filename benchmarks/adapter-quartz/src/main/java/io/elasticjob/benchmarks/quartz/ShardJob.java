package io.elasticjob.benchmarks.quartz;

import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.system.ShardBody;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobDataMap;
import org.quartz.JobExecutionContext;

/** Runs one shard, or all of a job one after another. Quartz makes a new one for each execution, and finds the body here. */
@DisallowConcurrentExecution
public final class ShardJob implements Job {

    static final String JOB = "job";
    static final String FIRST = "first";
    static final String END = "end";

    /** By job. Each instance has a class loader, and so a map, of its own. */
    private static final Map<String, ShardBody> BODIES = new ConcurrentHashMap<>();

    static void offer(JobSpec job, ShardBody body) {
        BODIES.put(job.name(), body);
    }

    @Override
    public void execute(JobExecutionContext context) {
        JobDataMap data = context.getJobDetail().getJobDataMap();
        ShardBody body = BODIES.get(data.getString(JOB));
        if (body == null) {
            throw new IllegalStateException(data.getString(JOB) + " is no job here");
        }
        try {
            for (int shard = data.getIntFromString(FIRST); shard < data.getIntFromString(END); shard++) {
                body.run(shard, context.getScheduledFireTime().toInstant());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
