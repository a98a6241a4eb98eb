package io.elasticjob.quartz;

import io.elasticjob.ShardingContext;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quartz.Calendar;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDataMap;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerContext;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.TriggerKey;

/** What a job of Quartz sees of an execution. */
final class QuartzContext implements JobExecutionContext {

    private static final String GROUP = "elasticjob";

    /** Jobs of Spring read its context before they begin; what steers jobs is elsewhere. */
    private static final Scheduler SCHEDULER = (Scheduler) Proxy.newProxyInstance(
            Scheduler.class.getClassLoader(),
            new Class<?>[] {Scheduler.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "getContext" -> new SchedulerContext();
                case "getSchedulerName", "getSchedulerInstanceId", "toString" -> GROUP;
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == arguments[0];
                default ->
                    throw new UnsupportedOperationException("Scheduler." + method.getName()
                            + " is not there for a job that ElasticJob runs: use JobOperations");
            });

    private final Job job;
    private final ShardingContext context;
    private final JobDetail detail;
    private final Trigger trigger;
    private final int refires;
    private final Map<Object, Object> notes = new HashMap<>();
    private @Nullable Object result;

    private QuartzContext(Job job, ShardingContext context, JobDetail detail, Trigger trigger, int refires) {
        this.job = job;
        this.context = context;
        this.detail = detail;
        this.trigger = trigger;
        this.refires = refires;
    }

    /** @param refires how often the execution has asked to run again */
    static QuartzContext of(Job job, ShardingContext context, Map<String, ?> given, int refires) {
        JobDataMap data = new JobDataMap(given);
        data.put("jobParameter", context.jobParameter());
        data.put("shardingParameter", context.shardingParameter());
        data.put("shardingItem", context.shardingItem());
        JobDetail detail = JobBuilder.newJob(job.getClass())
                .withIdentity(context.jobName(), GROUP)
                .setJobData(data)
                .storeDurably()
                .build();
        Trigger trigger = TriggerBuilder.newTrigger()
                .withIdentity(context.executionId().firing().text(), GROUP)
                .forJob(detail)
                .startAt(Date.from(context.fireTime()))
                .build();
        return new QuartzContext(job, context, detail, trigger, refires);
    }

    @Override
    public Scheduler getScheduler() {
        return SCHEDULER;
    }

    @Override
    public Trigger getTrigger() {
        return trigger;
    }

    @Override
    public @Nullable Calendar getCalendar() {
        return null;
    }

    @Override
    public boolean isRecovering() {
        return context.attempt() > 1;
    }

    @Override
    public TriggerKey getRecoveringTriggerKey() {
        if (!isRecovering()) {
            throw new IllegalStateException("Not a recovering job");
        }
        return trigger.getKey();
    }

    @Override
    public int getRefireCount() {
        return refires;
    }

    @Override
    public JobDataMap getMergedJobDataMap() {
        return detail.getJobDataMap();
    }

    @Override
    public JobDetail getJobDetail() {
        return detail;
    }

    @Override
    public Job getJobInstance() {
        return job;
    }

    /** The fire time: how late the execution began is not a matter of the job. */
    @Override
    public Date getFireTime() {
        return getScheduledFireTime();
    }

    @Override
    public Date getScheduledFireTime() {
        return Date.from(context.fireTime());
    }

    @Override
    public @Nullable Date getPreviousFireTime() {
        Instant previous = context.previousFireTime().orElse(null);
        return previous == null ? null : Date.from(previous);
    }

    /** Not known: an operator may change the schedule at any time. */
    @Override
    public @Nullable Date getNextFireTime() {
        return null;
    }

    @Override
    public String getFireInstanceId() {
        return context.executionId().toString();
    }

    @Override
    public @Nullable Object getResult() {
        return result;
    }

    @Override
    public void setResult(@Nullable Object value) {
        result = value;
    }

    /** As Quartz before the end of an execution. */
    @Override
    public long getJobRunTime() {
        return -1;
    }

    @Override
    public void put(Object key, Object value) {
        notes.put(key, value);
    }

    @Override
    public @Nullable Object get(Object key) {
        return notes.get(key);
    }

    /** As in Quartz's own contexts. */
    @Override
    public String toString() {
        return "JobExecutionContext of " + context.executionId() + ", job: " + new JobKey(context.jobName(), GROUP);
    }
}
