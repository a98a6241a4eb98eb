package io.elasticjob.boot.migration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.TriggerContext;

/** Spring's scheduler has no end of a schedule; with this one it has, by the fire time and not by when it runs. */
record EndingTrigger(Trigger trigger, Instant end) implements Trigger {

    @Override
    public @Nullable Instant nextExecution(TriggerContext context) {
        Instant next = trigger.nextExecution(context);
        return next != null && next.isBefore(end) ? next : null;
    }
}
