package io.elasticjob.quartz;

import io.elasticjob.schedule.Schedule;
import io.elasticjob.spi.FireSource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobPersistenceException;
import org.quartz.SchedulerException;
import org.quartz.TriggerKey;
import org.quartz.core.QuartzScheduler;
import org.quartz.core.QuartzSchedulerResources;
import org.quartz.impl.DefaultThreadExecutor;
import org.quartz.simpl.RAMJobStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rings by a Quartz scheduler of its own, in memory, whose one daemon thread, {@code elasticjob-fire}, both waits and
 * rings. Quartz supplies the waiting only: {@link Schedule#next} names the instants.
 *
 * <p>Held up, by a pause of the process or a clock that jumps ahead, it does not make up for what it missed: it tells
 * the latest fire time and goes on from there. No fire time of a schedule is told twice while it is followed, not even
 * when the clock is set back: then it is silent until the next one that it has not told.
 *
 * <p>The scheduler is put together by hand and never shown to Quartz's factories. So neither a {@code quartz.properties}
 * nor a system property reaches it, and the application's own schedulers do not meet it; there may be many in one JVM.
 */
public final class QuartzFireSource implements FireSource {

    private static final Logger log = LoggerFactory.getLogger(QuartzFireSource.class);

    /** How many triggers Quartz takes at once: enough to spread its overhead, few enough to keep its lock short. */
    private static final int BATCH = 200;

    /** How far ahead Quartz looks, and so how soon it notices that the wall clock has jumped. */
    private static final long LOOK_AHEAD_MILLIS = 1_000;

    private final InstantSource clock;
    private final RAMJobStore triggers = new RAMJobStore();
    private final Map<Schedule, Following> followed = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();
    private volatile @Nullable QuartzScheduler quartz;
    private volatile boolean closed;

    /** @param clock the wall clock; Quartz waits by that of the system */
    public QuartzFireSource(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void open(Listener listener) {
        if (quartz != null) {
            throw new IllegalStateException("This fire source is open already");
        }
        String name = "elasticjob-" + UUID.randomUUID();
        QuartzSchedulerResources parts = new QuartzSchedulerResources();
        parts.setName(name);
        parts.setInstanceId("0");
        parts.setThreadName("elasticjob-fire");
        parts.setMakeSchedulerThreadDaemon(true);
        parts.setThreadExecutor(new DefaultThreadExecutor());
        parts.setThreadPool(new SchedulerThread());
        parts.setJobStore(triggers);
        parts.setJobRunShellFactory(new Rings((following, fireTime) -> ring(listener, following, fireTime)));
        parts.setMaxBatchSize(BATCH);
        try {
            QuartzScheduler scheduler = new QuartzScheduler(parts, LOOK_AHEAD_MILLIS, -1);
            triggers.initialize(null, scheduler.getSchedulerSignaler());
            scheduler.start();
            quartz = scheduler;
        } catch (SchedulerException e) {
            throw new IllegalStateException("Quartz does not start", e);
        }
    }

    @Override
    public void follow(Schedule schedule) {
        QuartzScheduler scheduler = quartz;
        if (scheduler == null) {
            throw new IllegalStateException("This fire source is not open yet");
        }
        followed.computeIfAbsent(schedule, it -> begin(scheduler, it));
    }

    private @Nullable Following begin(QuartzScheduler scheduler, Schedule schedule) {
        Instant first = schedule.next(clock.instant()).orElse(null);
        if (closed || first == null) {
            return null;
        }
        Following following = new Following(schedule, new TriggerKey(Long.toString(count.incrementAndGet())), clock);
        ScheduleTrigger trigger = new ScheduleTrigger(following, first);
        try {
            // A Quartz job for each trigger: with a common one, taking a trigger away costs a walk over all the others.
            triggers.storeJobAndTrigger(
                    JobBuilder.newJob(Job.class)
                            .withIdentity(trigger.getJobKey())
                            .build(),
                    trigger);
        } catch (JobPersistenceException e) {
            throw new IllegalStateException("Quartz refuses the trigger of " + schedule, e);
        }
        scheduler.getSchedulerSignaler().signalSchedulingChange(first.toEpochMilli());
        return following;
    }

    @Override
    public void forget(Schedule schedule) {
        followed.computeIfPresent(schedule, (it, following) -> {
            following.end();
            // Not through the scheduler, which would look for its next trigger again: one that is gone it skips anyway.
            triggers.removeTrigger(following.key());
            return null;
        });
    }

    @Override
    public void close() {
        closed = true;
        QuartzScheduler scheduler = quartz;
        if (scheduler != null) {
            scheduler.shutdown(false);
        }
    }

    // On Quartz's thread.
    private void ring(Listener listener, Following following, Instant fireTime) {
        if (closed || following.hasEnded()) {
            return;
        }
        try {
            listener.fired(following.schedule(), fireTime);
        } catch (Throwable e) {
            log.error(
                    "The listener failed at {} of {}; later fire times are not affected",
                    fireTime,
                    following.schedule(),
                    e);
        }
    }
}
