package io.elasticjob.quartz;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import java.util.Map;
import java.util.function.Supplier;
import org.quartz.Job;
import org.quartz.JobExecutionException;
import org.quartz.PersistJobDataAfterExecution;

/**
 * Runs an existing {@link Job} of Quartz as the handler of a job here. Its class stays as it is: it sees a
 * {@link org.quartz.JobExecutionContext} with fire times, data and its job's name. Each execution gets a new object, as with
 * Quartz.
 *
 * <pre>{@code
 * @Bean
 * @ElasticJob(cron = "0 0 3 * * ?")
 * SimpleJob archive() {
 *     return QuartzJob.of(ArchiveJob::new, Map.of("folder", "/var/archive"));
 * }
 * }</pre>
 *
 * <p>The data that the job sees are those given here, with the job's parameter as {@code jobParameter}, the shard's as
 * {@code shardingParameter}, and the shard's number as {@code shardingItem}. A {@link JobExecutionException} is a failure; one
 * that asks to refire runs the job again at once. Of the scheduler, only its name and an empty context are there.
 *
 * @since 0.1.0
 */
public final class QuartzJob implements SimpleJob {

    private final Supplier<? extends Job> jobs;
    private final Map<String, ?> data;

    private QuartzJob(Supplier<? extends Job> jobs, Map<String, ?> data) {
        this.jobs = jobs;
        this.data = Map.copyOf(data);
    }

    /** @param jobs makes an object for each execution, on its thread */
    public static SimpleJob of(Supplier<? extends Job> jobs) {
        return of(jobs, Map.of());
    }

    /**
     * @param jobs makes an object for each execution, on its thread
     * @param data as its {@code JobDataMap}
     */
    public static SimpleJob of(Supplier<? extends Job> jobs, Map<String, ?> data) {
        return new QuartzJob(jobs, data);
    }

    /**
     * {@inheritDoc}
     *
     * @throws UnsupportedOperationException when the job wants its data stored after each execution, or changes its schedule
     */
    @Override
    public void execute(ShardingContext context) throws Exception {
        int refires = 0;
        while (true) {
            Job job = jobs.get();
            if (isAnnotated(job.getClass())) {
                throw new UnsupportedOperationException(job.getClass().getName()
                        + " is a @PersistJobDataAfterExecution, and data are not stored here. Store what it must know next time"
                        + " by context.checkpoint(…) of a SimpleJob, with keepCheckpoint = true");
            }
            try {
                job.execute(QuartzContext.of(job, context, data, refires));
                return;
            } catch (JobExecutionException failed) {
                if (failed.unscheduleFiringTrigger() || failed.unscheduleAllTriggers()) {
                    failed.addSuppressed(new UnsupportedOperationException(
                            "A job cannot end its own schedule here: use JobOperations.disable, or validUntil"));
                }
                if (!failed.refireImmediately() || context.isCancelled()) {
                    throw failed;
                }
                refires++;
            }
        }
    }

    private static boolean isAnnotated(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (each.isAnnotationPresent(PersistJobDataAfterExecution.class)) {
                return true;
            }
        }
        return false;
    }
}
