package io.elasticjob.quartz;

import java.time.Instant;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.quartz.Scheduler;
import org.quartz.core.JobRunShell;
import org.quartz.core.JobRunShellFactory;
import org.quartz.core.QuartzScheduler;
import org.quartz.spi.TriggerFiredBundle;

/** Has Quartz ring where it would make a job, run it between listeners and report its end. */
final class Rings implements JobRunShellFactory {

    private final BiConsumer<Following, Instant> bell;

    Rings(BiConsumer<Following, Instant> bell) {
        this.bell = bell;
    }

    @Override
    public void initialize(Scheduler scheduler) {}

    @Override
    public JobRunShell createJobRunShell(TriggerFiredBundle fired) {
        ScheduleTrigger trigger = (ScheduleTrigger) fired.getTrigger();
        return new Ring(fired, () -> trigger.fireTime().ifPresent(it -> bell.accept(trigger.following(), it)));
    }

    private static final class Ring extends JobRunShell {

        private final Runnable bell;

        Ring(TriggerFiredBundle fired, Runnable bell) {
            super(null, fired);
            this.bell = bell;
        }

        @Override
        public void initialize(@Nullable QuartzScheduler scheduler) {}

        @Override
        public void run() {
            bell.run();
        }
    }
}
