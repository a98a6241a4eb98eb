package io.elasticjob.quartz;

import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.quartz.Calendar;
import org.quartz.JobKey;
import org.quartz.ScheduleBuilder;
import org.quartz.impl.triggers.AbstractTrigger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Quartz trigger whose fire times are those of a schedule. Quartz's misfire handling is off: what a trigger that is
 * fired late stands for is {@link Following#step}'s to say.
 */
final class ScheduleTrigger extends AbstractTrigger<ScheduleTrigger> {

    private static final Logger log = LoggerFactory.getLogger(ScheduleTrigger.class);

    private final Following following;
    private @Nullable Date previous;
    private @Nullable Date next;

    ScheduleTrigger(Following following, Instant first) {
        this.following = following;
        this.next = Date.from(first);
        setKey(following.key());
        setJobKey(new JobKey(following.key().getName()));
        setMisfireInstruction(MISFIRE_INSTRUCTION_IGNORE_MISFIRE_POLICY);
    }

    Following following() {
        return following;
    }

    /** The fire time for which it was triggered last. */
    Optional<Instant> fireTime() {
        return Optional.ofNullable(previous).map(Date::toInstant);
    }

    @Override
    public void triggered(@Nullable Calendar none) {
        if (next == null) {
            return;
        }
        try {
            Following.Step step = following.step(next.toInstant());
            previous = Date.from(step.fired());
            next = step.next() == null ? null : Date.from(step.next());
        } catch (Throwable failed) { // thrown on, it would cost Quartz's thread, and all other schedules with it
            log.error("The fire times of {} cannot be computed: it no longer fires", following.schedule(), failed);
            next = null;
        }
    }

    @Override
    public @Nullable Date computeFirstFireTime(@Nullable Calendar none) {
        return next;
    }

    @Override
    public boolean mayFireAgain() {
        return next != null;
    }

    @Override
    public @Nullable Date getNextFireTime() {
        return next;
    }

    @Override
    public void setNextFireTime(Date value) {
        next = value;
    }

    @Override
    public @Nullable Date getPreviousFireTime() {
        return previous;
    }

    @Override
    public void setPreviousFireTime(Date value) {
        previous = value;
    }

    @Override
    public @Nullable Date getFireTimeAfter(Date after) {
        return following.schedule().next(after.toInstant()).map(Date::from).orElse(null);
    }

    @Override
    protected boolean validateMisfireInstruction(int candidate) {
        return candidate == MISFIRE_INSTRUCTION_IGNORE_MISFIRE_POLICY;
    }

    // What Quartz can ask of a trigger, and a schedule does not have: calendars, a misfire policy, an end.

    @Override
    public void updateAfterMisfire(@Nullable Calendar none) {}

    @Override
    public void updateWithNewCalendar(Calendar calendar, long misfireThreshold) {}

    @Override
    public Date getStartTime() {
        return new Date(0);
    }

    @Override
    public void setStartTime(Date value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable Date getEndTime() {
        return null;
    }

    @Override
    public void setEndTime(Date value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable Date getFinalFireTime() {
        return null;
    }

    @Override
    public ScheduleBuilder<ScheduleTrigger> getScheduleBuilder() {
        throw new UnsupportedOperationException();
    }
}
