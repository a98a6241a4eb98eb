package io.elasticjob.benchmarks.system;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One instance of a scheduler: a member of the cluster, with a registry session or a connection pool of its own.
 *
 * <p>The order of calls is {@link #start}, {@link #register} any number of times, {@link #launch}, then {@link #register},
 * {@link #trigger} and {@link #reshard} any number of times, {@link #close}. They come on one thread, but for
 * {@link #sight}, which comes on another. Every instance is loaded by a class loader of its own, which is the context class
 * loader during each call. A hard kill is a kill of the whole JVM, from outside.
 */
public interface SystemUnderTest {

    /**
     * Makes ready for jobs, and reaches the registry or the database, if it does so without any. The instance joins the
     * cluster here, or with its first job.
     */
    void start(InstanceSettings settings) throws Exception;

    /**
     * Declares a job, and returns when it is scheduled. A system that wants to know all jobs beforehand may keep it until
     * {@link #launch}, which then returns when all of them are scheduled.
     */
    void register(JobSpec job, ShardBody body) throws Exception;

    /** The jobs so far are all for now: fire from here on. A system that fires as soon as a job is registered does nothing. */
    default void launch() throws Exception {}

    /** Has every shard of a job run once, now. Only asked of jobs {@link JobSpec.When#ON_TRIGGER}. */
    void trigger(String job) throws Exception;

    /**
     * What this instance knows of a job at this moment, without asking anybody.
     *
     * @return empty for a system that has no such notion
     */
    default Optional<Sight> sight(String job) throws Exception {
        return Optional.empty();
    }

    /**
     * Changes the number of shards of a job for the whole cluster.
     *
     * @throws UnsupportedOperationException by a system that has no such notion
     */
    default void reshard(String job, int shards) throws Exception {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " cannot change a job at run time");
    }

    /**
     * How many requests this instance has sent to its registry so far, without signs of life.
     *
     * @return empty for a system that does not count them
     */
    default OptionalLong requests() {
        return OptionalLong.empty();
    }

    /** Leaves in good order. */
    void close() throws Exception;

    /**
     * What an instance knows of a job.
     *
     * @param shards of the job, as far as this instance has heard
     * @param own how many of them it would run if the job fired now; empty when that is only settled by a firing
     */
    record Sight(int shards, OptionalInt own) {}
}
