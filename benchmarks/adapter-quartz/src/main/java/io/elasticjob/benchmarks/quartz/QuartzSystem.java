package io.elasticjob.benchmarks.quartz;

import io.elasticjob.benchmarks.system.InstanceSettings;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.system.ShardBody;
import io.elasticjob.benchmarks.system.SystemUnderTest;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.quartz.CronScheduleBuilder;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

/** A Quartz scheduler with 16 threads, unless {@code -Dthreads} says otherwise. */
abstract class QuartzSystem implements SystemUnderTest {

    private final Map<String, JobSpec> jobs = new ConcurrentHashMap<>();
    private @Nullable Scheduler scheduler;

    /** How many shards one Quartz job runs, one after another. */
    abstract int shardsPerQuartzJob(JobSpec job);

    /** What there is to set besides threads. */
    abstract Properties store(InstanceSettings settings) throws Exception;

    @Override
    public void start(InstanceSettings settings) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("org.quartz.scheduler.instanceName", "benchmarks");
        properties.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        properties.setProperty("org.quartz.threadPool.threadCount", String.valueOf(settings.number("threads", 16)));
        properties.setProperty(
                "org.quartz.scheduler.batchTriggerAcquisitionMaxCount", String.valueOf(settings.number("batch", 1)));
        properties.putAll(store(settings));
        scheduler = new StdSchedulerFactory(properties).getScheduler();
    }

    @Override
    public void register(JobSpec job, ShardBody body) throws Exception {
        ShardJob.offer(job, body);
        jobs.put(job.name(), job);
        for (int first = 0; first < job.shards(); first += shardsPerQuartzJob(job)) {
            JobDetail detail = JobBuilder.newJob(ShardJob.class)
                    .withIdentity(key(job, first))
                    .storeDurably()
                    .usingJobData(ShardJob.JOB, job.name())
                    .usingJobData(ShardJob.FIRST, String.valueOf(first))
                    .usingJobData(ShardJob.END, String.valueOf(first + shardsPerQuartzJob(job)))
                    .build();
            if (!scheduler().checkExists(detail.getKey())) {
                schedule(job, detail);
            }
        }
    }

    private void schedule(JobSpec job, JobDetail detail) throws SchedulerException {
        if (job.when() == JobSpec.When.ON_TRIGGER) {
            scheduler().addJob(detail, true);
        } else {
            scheduler()
                    .scheduleJob(
                            detail,
                            TriggerBuilder.newTrigger()
                                    .withIdentity(detail.getKey().getName())
                                    .withSchedule(CronScheduleBuilder.cronSchedule(job.cron())
                                            .withMisfireHandlingInstructionDoNothing())
                                    .build());
        }
    }

    private static JobKey key(JobSpec job, int first) {
        return JobKey.jobKey(job.name() + "#" + first);
    }

    @Override
    public void launch() throws Exception {
        scheduler().start();
    }

    @Override
    public void trigger(String name) throws Exception {
        JobSpec job = jobs.get(name);
        if (job == null) {
            throw new IllegalArgumentException(name + " is no job here");
        }
        for (int first = 0; first < job.shards(); first += shardsPerQuartzJob(job)) {
            scheduler().triggerJob(key(job, first));
        }
    }

    private Scheduler scheduler() {
        if (scheduler == null) {
            throw new IllegalStateException("the instance is not up yet");
        }
        return scheduler;
    }

    @Override
    public void close() throws Exception {
        scheduler().shutdown(true);
    }
}
