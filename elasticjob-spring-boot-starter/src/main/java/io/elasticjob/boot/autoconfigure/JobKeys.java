package io.elasticjob.boot.autoconfigure;

import io.elasticjob.Misfire;
import io.elasticjob.OnSessionLoss;
import io.elasticjob.Overlap;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/**
 * The keys of a job below {@code elasticjob.jobs}, for editors only: see {@link JobsMetadata}. Generated from {@code JobKey} by
 * the module internal-reference; do not edit.
 */
final class JobKeys {

    private JobKeys() {}

    /**
     * Cron expression in Quartz syntax, 6 or 7 fields, where 1 is Sunday, or a word such as &#64;daily. '-' means never.
     * Excludes 'every'.
     */
    public void setCron(String value) {}

    /** Fixed rate with a unit, such as 30s, aligned to the epoch. Excludes 'cron'. */
    public void setEvery(Duration value) {}

    /** Instant of the only firing, such as 2027-01-01T00:00:00Z. Excludes 'cron' and 'every'. */
    public void setAt(Instant value) {}

    /**
     * Time between the end of a shard's firing and its next one, with a unit, such as 30s. Excludes 'cron', 'every' and
     * 'at'.
     */
    public void setFixedDelay(Duration value) {}

    /** Time until the first firing by 'fixedDelay', after the job was created. 0s by default. */
    public void setInitialDelay(Duration value) {}

    /** Time zone of 'cron', 'between' and 'excludedDays', such as Europe/Berlin. The system's time zone by default. */
    public void setZone(ZoneId value) {}

    /** Instant before which the job does not fire, such as 2027-01-01T00:00:00Z. No such limit by default. */
    public void setValidFrom(Instant value) {}

    /** Instant from which on the job no longer fires, such as 2027-02-01T00:00:00Z. No such limit by default. */
    public void setValidUntil(Instant value) {}

    /**
     * Hours of the day in which the job fires, in 'zone': 08:00-18:00, 22:00-06:00, or several with commas between them. The
     * end does not belong to them. The whole day by default.
     */
    public void setBetween(String value) {}

    /**
     * Days on which the job does not fire, in 'zone', with commas between them: days of the week (SAT,SUN), of each year
     * (12-25), dates (2027-01-01), spans (2027-12-24..2028-01-02). None by default.
     */
    public void setExcludedDays(String value) {}

    /**
     * Name of a FireCalendar bean that excludes further days, in 'zone'. Only instances that have it run the job. None by
     * default.
     */
    public void setCalendar(String value) {}

    /**
     * By how much a shard starts later than its fire time at most, such as 30s, so that not all start at once. At most 1d.
     * 0s by default.
     */
    public void setJitter(Duration value) {}

    /**
     * Whether the job also runs once when another version of the application starts: see elasticjob.instance.version. False
     * by default.
     */
    public void setOnStartup(Boolean value) {}

    /** Number of shards into which each firing is split, from 1 to 10000. 1 by default. */
    public void setShardingTotalCount(Integer value) {}

    /**
     * Whether each firing runs once on each eligible instance, instead of once in the cluster. It is not split then, and the
     * part of an instance that goes is not run by others. False by default.
     */
    public void setBroadcast(Boolean value) {}

    /**
     * Parameters of single shards: 0=Beijing,1=Shanghai, or a map. In a text, put a parameter that contains commas in double
     * quotes.
     */
    public void setShardingItemParameters(Object value) {}

    /** Parameter for all shards. */
    public void setJobParameter(String value) {}

    /**
     * Strategy that assigns shards to instances: average, odevity, round-robin, static, sticky, or the name of a
     * ShardingStrategy bean. 'average' by default.
     */
    public void setShardingStrategy(String value) {}

    /**
     * Whether each execution is claimed and recorded. Without it, two instances may run the same shard. True by default.
     */
    public void setMonitorExecution(Boolean value) {}

    /** Whether to run a shard again immediately when its instance dies while running it. False by default. */
    public void setFailover(Boolean value) {}

    /** How often failover may run one firing of a shard again. 3 by default. */
    public void setFailoverLimit(Integer value) {}

    /**
     * How long an execution may take, such as 30m, up to 365 days. Then it is cancelled, and counts as failed. No limit by
     * default.
     */
    public void setTimeout(Duration value) {}

    /**
     * How long an execution that was cancelled, by its timeout or by an operator, may go on before that is recorded although
     * it has not ended. Up to 1 day. 60s by default.
     */
    public void setCancelGrace(Duration value) {}

    /** How often a firing of a shard is run again after it has failed, from 0 to 100. 0 by default. */
    public void setRetryAttempts(Integer value) {}

    /** How long a failed firing waits before it is run again for the first time, up to 1 day. 10s by default. */
    public void setRetryDelay(Duration value) {}

    /** By how much the wait grows with each further failure, from 1 to 100. 2 by default. */
    public void setRetryFactor(Double value) {}

    /**
     * The longest wait before a failed firing is run again, up to 1 day; retryDelay where that is longer. 10m by default.
     */
    public void setRetryMaxDelay(Duration value) {}

    /**
     * By how much of itself a wait is longer at most, from 0 to 1, so that shards that failed together do not come back
     * together. 0.1 by default.
     */
    public void setRetryJitter(Double value) {}

    /**
     * Class names of the exceptions after which a firing is run again, with those that extend them, separated by commas. All
     * by default.
     */
    public void setRetryOn(String value) {}

    /**
     * Class names of the exceptions after which a firing is not run again, with those that extend them, separated by commas.
     * Takes precedence over retryOn.
     */
    public void setRetryNotOn(String value) {}

    /**
     * After how many firings of a shard that failed in a row the job is disabled until an operator enables it, up to 1000; 0
     * for never. 0 by default.
     */
    public void setPauseAfterFailures(Integer value) {}

    /**
     * What hears of failures: log, throw, ignore, or the name of a JobErrorHandler bean. Only instances that have it run the
     * job. 'elasticjob.execution.error-handler' by default.
     */
    public void setErrorHandler(String value) {}

    /** What happens to a firing that could not start in time: FIRE_ONCE, SKIP or RUN_ALL. FIRE_ONCE by default. */
    public void setMisfire(Misfire value) {}

    /** How late a firing may start without being a misfire. At least the session timeout plus 5s. 60s by default. */
    public void setMisfireThreshold(Duration value) {}

    /** How many missed firings run with misfire=RUN_ALL, up to 1000; of more, the oldest are dropped. 100 by default. */
    public void setCatchUp(Integer value) {}

    /** How long ago a firing may have been missed that runs with misfire=RUN_ALL, up to 365 days. 1d by default. */
    public void setCatchUpAge(Duration value) {}

    /**
     * What happens to a firing that comes due while its shard still runs: MISFIRE (as 'misfire' says), QUEUE_ALL or
     * CANCEL_RUNNING. MISFIRE by default.
     */
    public void setOverlap(Overlap value) {}

    /** What happens to a running execution when its instance loses its session: CANCEL or CONTINUE. CANCEL by default. */
    public void setOnSessionLoss(OnSessionLoss value) {}

    /** Whether to keep the checkpoint after a firing that succeeded. False by default. */
    public void setKeepCheckpoint(Boolean value) {}

    /**
     * Whether each firing is recorded as a whole: it is closed with one result when all its shards have ended, and the next
     * firing begins only then. Always so with firingListeners. False by default.
     */
    public void setRecordFirings(Boolean value) {}

    /**
     * Names of the listeners that are called once in the cluster before the first and after the last shard of each firing,
     * separated by commas, in this order.
     */
    public void setFiringListeners(String value) {}

    /**
     * How long each of the firingListeners may take before it is interrupted and not waited for any longer, up to 1 day. 60s
     * by default.
     */
    public void setFiringListenerTimeout(Duration value) {}

    /**
     * How long after its fire time a firing has to have ended, all its shards, such as 2h, up to 365 days. One that has not
     * is reported once, and goes on. Needs recordFirings. None by default.
     */
    public void setFiringDeadline(Duration value) {}

    /**
     * Name of the ShardPlanner that decides for each firing, once its time has come, into which parts it is split. Each
     * firing is then recorded as a whole. None by default.
     */
    public void setPlanner(String value) {}

    /**
     * How long the planner may take before it is interrupted and the firing ends as failed, up to 1 day. 60s by default.
     */
    public void setPlannerTimeout(Duration value) {}

    /**
     * Names of jobs after whose firings this one runs, separated by commas, each with SUCCEEDED, FAILED, SKIPPED or ANY
     * after a colon if it is not SUCCEEDED. They need recordFirings.
     */
    public void setAfter(String value) {}

    /**
     * How several jobs in 'after' count: EACH (it runs after each of them), ANY (once, after the first that comes of what
     * descends from one firing) or ALL (once, when all of them have come). EACH by default.
     */
    public void setJoin(String value) {}

    /** Whether the job fires. True by default. */
    public void setEnabled(Boolean value) {}

    /**
     * What the labels of an instance must be for it to run the job: zone=eu, zone!=eu, zone in (eu,us), zone notin (eu,us),
     * gpu, !spot, separated by commas; or a map of labels with values. In a text, put a name or value that contains commas,
     * brackets or operators in double quotes.
     */
    public void setLabels(Object value) {}

    /**
     * How many of the job's shards one instance may have; 0 for no limit. Shards for which no eligible instance has room
     * wait for another instance. 0 by default.
     */
    public void setMaxShardsPerInstance(Integer value) {}

    /**
     * How many instances must be eligible for the job to run, from 1 to 1000. With fewer, it starts nothing and waits. 1 by
     * default.
     */
    public void setMinInstances(Integer value) {}

    /**
     * Execution group whose slots the job's shards take, one of elasticjob.execution.groups. An instance without that group
     * uses its common slots. The common slots by default.
     */
    public void setExecutionGroup(String value) {}

    /**
     * How many of the job's shards run at the same time, on all instances together, from 1 to 10000. Further shards wait. No
     * limit by default.
     */
    public void setMaxConcurrentShards(Integer value) {}

    /**
     * Names of limits that the job shares with others, separated by commas; each is one of elasticjob.limits. A shard starts
     * when each of them has room. None by default.
     */
    public void setLimits(String value) {}

    /**
     * Which shard starts first of those that wait for the same limit, from 1 to 10: that with the higher priority, then the
     * one that has been due for longer. 5 by default.
     */
    public void setPriority(Integer value) {}

    /** Short description of the job. */
    public void setDescription(String value) {}

    /**
     * Name of the handler that runs the job. An entry with a handler declares a further job. The handler with the job's own
     * name by default.
     */
    public void setHandler(String value) {}

    /**
     * Name of a template of a cluster that runs the job: each firing is an array of tasks there. An entry with an array
     * declares a further job. Instances that have the template run it. Excludes 'handler'.
     */
    public void setArray(String value) {}

    /** How many tasks a firing has, from 1 to 10000. Needs 'array'. 1 by default. */
    public void setArraySize(Integer value) {}

    /** Parameters of tasks, by number, such as 0=eu,1=us. A task without one has an empty parameter. Needs 'array'. */
    public void setArrayParameters(Object value) {}

    /** How many tasks of a firing run at once at most. Without it, as many as the cluster lets. Needs 'array'. */
    public void setArrayParallelism(String value) {}

    /**
     * How long each task may take, from its own beginning. A task that takes longer is ended, and has failed. Needs 'array'.
     */
    public void setArrayTaskTimeout(String value) {}

    /**
     * How often the cluster itself begins a failed task again within an attempt, from 0 to 100. Only for clusters that can
     * do it. Needs 'array'. 0 by default.
     */
    public void setArrayRetries(Integer value) {}

    /** What each task needs, such as cpu=500m,memory=2Gi. What is not named is as the template has it. Needs 'array'. */
    public void setArrayResources(Object value) {}

    /**
     * Of a job whose handler is a DataflowJob: whether a firing fetches and processes one batch after the other until
     * nothing is fetched, or its shard moves to another instance; otherwise it runs one batch. Needs 'monitor-execution'.
     * False by default.
     */
    public void setStreaming(Boolean value) {}

    /**
     * Name of a target under 'elasticjob.http.targets' that the job calls. An entry with a target declares a further job.
     * Instances that declare the target run it. Excludes 'handler'.
     */
    public void setHttp(String value) {}

    /**
     * Name of a script under 'elasticjob.scripts' that runs the job. An entry with a script declares a further job.
     * Instances that declare the script run it. Excludes 'handler'.
     */
    public void setScript(String value) {}
}
