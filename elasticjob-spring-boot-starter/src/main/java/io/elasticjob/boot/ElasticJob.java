package io.elasticjob.boot;

import io.elasticjob.Misfire;
import io.elasticjob.OnSessionLoss;
import io.elasticjob.Overlap;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/**
 * Declares a bean that implements {@link io.elasticjob.SimpleJob}, or a method of any bean, as a job. Each shard of each
 * firing runs on exactly one of the live instances of the application.
 *
 * <p>On a class, or on the {@code @Bean} method that creates the bean, the job has the name of the bean. On a method its
 * name is {@code bean-method}. The method returns nothing and takes a {@link io.elasticjob.ShardingContext}, or no argument
 * if there is one shard. It is called through the bean's proxy, so that transactions and other advice apply.
 * An execution ends when the method returns. A method that hands its work to another thread ({@code @Async}, a future or a
 * publisher as the result, a Kotlin {@code suspend fun}) is refused.
 *
 * <p>{@code ${…}} is resolved in every string. The property {@code elasticjob.jobs.<name>.<key>} overrides the attribute of
 * the same name. The bean must live as long as the application: a prototype is refused. A lazy bean is created when its job
 * runs for the first time; its definition must show the class with the annotation, or an interface that extends
 * {@link io.elasticjob.SimpleJob}.
 *
 * <p>A job that a declared script or HTTP target runs names that in its {@link #settings()}: {@code "script=report"}. The
 * annotation then stands on a bean that is no job, such as a {@code @Configuration} class; the bean itself is never called.
 *
 * <p>It can stand several times on the same element, for several jobs of one handler: each with a {@link #name()}.
 *
 * <p>Can be used as a meta-annotation, with {@link AliasFor}.
 *
 * @since 0.1.0
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(ElasticJobs.class)
public @interface ElasticJob {

    /** The same as {@link #name()}. */
    @AliasFor("name")
    String value() default "";

    /** Name of the job, unique in the namespace. If not set, it is derived from the bean and the method. */
    @AliasFor("value")
    String name() default "";

    /** Cron expression in Quartz syntax, 6 or 7 fields, where 1 is Sunday, or {@code @daily} and the like. {@code -} means never. */
    String cron() default "";

    /** Fixed rate with a unit, such as {@code 30s}, aligned to the epoch. Excludes {@link #cron()}. */
    String every() default "";

    /** Instant of the only firing, such as {@code 2027-01-01T00:00:00Z}. Excludes {@link #cron()} and {@link #every()}. */
    String at() default "";

    /**
     * Time between the end of a shard's firing and its next one, such as {@code 30s}. Excludes {@link #cron()},
     * {@link #every()} and {@link #at()}.
     */
    String fixedDelay() default "";

    /** Time until the first firing by {@link #fixedDelay()}, after the job was created. If not set, none. */
    String initialDelay() default "";

    /**
     * Time zone of {@link #cron()}, {@link #between()} and {@link #excludedDays()}, such as {@code Europe/Berlin}. If not set,
     * the system's time zone.
     */
    String zone() default "";

    /** Instant before which the job does not fire, such as {@code 2027-01-01T00:00:00Z}. */
    String validFrom() default "";

    /** Instant from which on the job no longer fires, such as {@code 2027-02-01T00:00:00Z}. */
    String validUntil() default "";

    /**
     * Hours of the day in which the job fires: {@code 08:00-18:00}, {@code 22:00-06:00}, or several with commas between them.
     * The end does not belong to them. If not set, the whole day.
     */
    String between() default "";

    /**
     * Days on which the job does not fire, with commas between them: days of the week ({@code SAT,SUN}), of each year
     * ({@code 12-25}), dates ({@code 2027-01-01}) and spans ({@code 2027-12-24..2028-01-02}).
     */
    String excludedDays() default "";

    /**
     * Name of a {@link io.elasticjob.schedule.FireCalendar} bean that excludes further days. Only instances that have it run
     * the job.
     */
    String calendar() default "";

    /**
     * Whether the job also runs once when another version of the application starts: that of
     * {@code elasticjob.instance.version}, or of the build.
     */
    boolean onStartup() default false;

    /**
     * By how much a shard starts later than its fire time at most, such as {@code 30s}, so that not all start at once. If not
     * set, none.
     */
    String jitter() default "";

    /** Number of shards into which each firing is split. */
    int shardingTotalCount() default 1;

    /**
     * Whether each firing runs once on each eligible instance, instead of once in the cluster. It is not split then, and the
     * part of an instance that goes is not run by others.
     */
    boolean broadcast() default false;

    /**
     * Parameters of single shards: {@code 0=Beijing,1=Shanghai}. Put a parameter that contains commas, or that begins or ends
     * with blanks, in double quotes: {@code 0="DE,AT,CH"}. {@link io.elasticjob.text.Pairs} describes the syntax.
     */
    String shardingItemParameters() default "";

    /** Parameter for all shards. */
    String jobParameter() default "";

    /**
     * Strategy that assigns shards to instances: {@code average}, {@code odevity}, {@code round-robin}, {@code static},
     * {@code sticky} or the name of a {@link io.elasticjob.sharding.ShardingStrategy} bean. If not set, {@code average}.
     */
    String shardingStrategy() default "";

    /** Whether each execution is claimed and recorded. Without it there is no exclusivity, failover, fencing or checkpoint. */
    boolean monitorExecution() default true;

    /** Whether to run a shard again immediately, under the same firing, when its instance dies while running it. */
    boolean failover() default false;

    /** How often {@link #failover()} may run one firing of a shard again. */
    int failoverLimit() default 3;

    /**
     * How long an execution may take, such as {@code 30m}. Then it is cancelled, and counts as failed. If not set, there is no
     * limit.
     */
    String timeout() default "";

    /**
     * How long an execution that was cancelled may go on before that is recorded although it has not ended, such as
     * {@code 5m}. If not set, {@code 60s}.
     */
    String cancelGrace() default "";

    /** How often a firing of a shard is run again after it has failed. */
    int retryAttempts() default 0;

    /** How long a failed firing waits before it is run again for the first time, such as {@code 30s}. If not set, {@code 10s}. */
    String retryDelay() default "";

    /** By how much that wait grows with each further failure, such as {@code 1.5}. If not set, {@code 2}. */
    String retryFactor() default "";

    /** The longest wait before a failed firing is run again. If not set, {@code 10m}. */
    String retryMaxDelay() default "";

    /** By how much of itself a wait is longer at most, from {@code 0} to {@code 1}. If not set, {@code 0.1}. */
    String retryJitter() default "";

    /**
     * Class names of the exceptions after which a firing is run again, with those that extend them, separated by commas. If not
     * set, all. A timeout counts as {@code java.util.concurrent.TimeoutException}.
     */
    String retryOn() default "";

    /** Class names of the exceptions after which a firing is not run again, as {@link #retryOn()}. Takes precedence over it. */
    String retryNotOn() default "";

    /**
     * After how many firings of a shard that failed in a row the job is disabled until an operator enables it. If not set, 0:
     * never.
     */
    String pauseAfterFailures() default "";

    /**
     * What hears of failures: {@code log}, {@code throw}, {@code ignore}, or the name of a
     * {@link io.elasticjob.JobErrorHandler} bean. If not set, what {@code elasticjob.execution.error-handler} says: {@code log}.
     */
    String errorHandler() default "";

    /** What happens to a firing that could not start in time. */
    Misfire misfire() default Misfire.FIRE_ONCE;

    /** How late a firing may start without being a misfire, such as {@code 2m}. If not set, {@code 60s}. */
    String misfireThreshold() default "";

    /** How many missed firings run with {@link Misfire#RUN_ALL}; of more, the oldest are dropped. If not set, 100. */
    String catchUp() default "";

    /**
     * How long ago a firing may have been missed that runs with {@link Misfire#RUN_ALL}, such as {@code 12h}. If not set,
     * {@code 1d}.
     */
    String catchUpAge() default "";

    /** What happens to a firing that comes due while its shard still runs. */
    Overlap overlap() default Overlap.MISFIRE;

    /** What happens to a running execution when its instance loses its ZooKeeper session. */
    OnSessionLoss onSessionLoss() default OnSessionLoss.CANCEL;

    /** Whether to keep the checkpoint after a firing that succeeded: for a job that continues where the last firing ended. */
    boolean keepCheckpoint() default false;

    /** Whether each firing is recorded as a whole, and the next one begins only when all shards have ended. */
    boolean recordFirings() default false;

    /**
     * Names of {@link io.elasticjob.FiringListener} beans, separated by commas: each is called once in the cluster before the
     * first and after the last shard of a firing.
     */
    String firingListeners() default "";

    /** How long a firing listener may take, such as {@code 5m}. If not set, {@code 60s}. */
    String firingListenerTimeout() default "";

    /**
     * How long after its fire time a firing has to have ended, such as {@code 2h}. One that has not is reported once. If not
     * set, there is no deadline.
     */
    String firingDeadline() default "";

    /**
     * Name of an {@link io.elasticjob.ShardPlanner} bean that decides for each firing, once its time has come, into which parts
     * it is split. Each part becomes a shard, in place of {@link #shardingTotalCount()}.
     */
    String planner() default "";

    /** How long the planner may take, such as {@code 5m}. If not set, {@code 60s}. */
    String plannerTimeout() default "";

    /**
     * Names of jobs after whose firings this one runs, separated by commas, each with {@code SUCCEEDED}, {@code FAILED},
     * {@code SKIPPED} or {@code ANY} after a colon if it is not {@code SUCCEEDED}, such as {@code orders,bills:ANY}.
     */
    String after() default "";

    /**
     * How several jobs in {@link #after()} count: {@code EACH}, {@code ANY} or {@code ALL}, see {@link io.elasticjob.Join}.
     * If not set, {@code EACH}.
     */
    String join() default "";

    /** Whether the job fires. */
    boolean enabled() default true;

    /**
     * What the labels of an instance must be for it to run the job, such as
     * {@code zone in (eu,us),disk=ssd,tier!=test,gpu,!spot}. {@link io.elasticjob.LabelSelector} describes the syntax.
     */
    String labels() default "";

    /**
     * How many of the job's shards one instance may have; 0 for no limit. Shards for which no eligible instance has room wait
     * for another instance.
     */
    int maxShardsPerInstance() default 0;

    /** How many instances must be eligible for the job to run. With fewer, it starts nothing and waits. */
    int minInstances() default 1;

    /**
     * Execution group whose slots the job's shards take, one of {@code elasticjob.execution.groups}. If not set, the common
     * slots, as on an instance without that group.
     */
    String executionGroup() default "";

    /** How many of the job's shards run at the same time, on all instances together. If not set, there is no limit. */
    String maxConcurrentShards() default "";

    /**
     * Names of limits that the job shares with others, separated by commas; each is one of {@code elasticjob.limits}. A shard
     * starts when each of them has room.
     */
    String limits() default "";

    /**
     * Which shard starts first of those that wait for the same limit, from 1 to 10: that with the higher priority, then the
     * one that has been due for longer.
     */
    int priority() default 5;

    /** Short description of the job. */
    String description() default "";

    /**
     * Settings that the kind of the handler brings, each as {@code key=value}. Those that all jobs have, have attributes of
     * their own.
     */
    String[] settings() default {};
}
