package io.elasticjob.engine;

import io.elasticjob.Cancellation;
import io.elasticjob.coordination.Replacement;
import io.elasticjob.coordination.ShardStep;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * Watches for the next firings of what runs here and is to give way to them, be the shard another instance's by now. Jobs that
 * do not ask for it cost nothing. Confined to the loop.
 */
final class Replacements {

    private final Outbox outbox;
    private final TimeBounds nextFirings;
    private final Function<ShardCell, Optional<ShardStep.Job>> jobs;
    private final Canceller canceller;

    /** Ends an execution for good. */
    @FunctionalInterface
    interface Canceller {
        void cancel(ShardCell cell, Run run, Cancellation why);
    }

    /** @param jobs as a decision needs to see them now; empty for those that cannot be used */
    Replacements(Outbox outbox, Function<ShardCell, Optional<ShardStep.Job>> jobs, Canceller canceller) {
        this.outbox = outbox;
        this.nextFirings = new TimeBounds(outbox);
        this.jobs = jobs;
        this.canceller = canceller;
    }

    /** Looks whether what runs of a shard is to give way by now, and else when it will be. */
    void look(ShardCell cell) {
        Run run = cell.run()
                .filter(Run::isHeld)
                .filter(held -> !held.isCancelled())
                .orElse(null);
        ShardStep.Job job =
                run == null || run.hasEnded() ? null : jobs.apply(cell).orElse(null);
        if (run == null || job == null) {
            return;
        }
        Instant now = outbox.now();
        Cancellation why = Replacement.of(job, cell.shard, run.firing(), now).orElse(null);
        if (why != null) {
            nextFirings.forget(run);
            canceller.cancel(cell, run, why);
            return;
        }
        Replacement.lookAgain(job, cell.shard, run.firing(), now)
                .ifPresent(next -> nextFirings.set(run, Duration.between(now, next), () -> look(cell)));
    }

    /** It has ended. */
    void forget(Run run) {
        nextFirings.forget(run);
    }
}
