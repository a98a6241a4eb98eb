package io.elasticjob.test;

import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import java.time.Duration;
import java.time.Instant;

/**
 * One execution of one shard that has ended, as a test sees it.
 *
 * @param id job, firing, shard and attempt
 * @param fireTime when it was due; of a trigger, when that was requested
 * @param startedAt in the time of the test
 * @param duration in the time of the test: zero, unless time passed while it ran
 * @param instance name of the instance that ran it
 * @param outcome how it ended
 * @since 0.1.0
 */
public record TestExecution(
        ExecutionId id, Instant fireTime, Instant startedAt, Duration duration, String instance, Outcome outcome) {

    public String job() {
        return id.job();
    }

    public int shard() {
        return id.shard();
    }

    /** From 1; higher after a failover or a retry. */
    public int attempt() {
        return id.attempt();
    }

    /** Whether the handler ended normally, and that is recorded. */
    public boolean succeeded() {
        return outcome instanceof Outcome.Succeeded;
    }

    /** Whether a trigger has asked for it. */
    public boolean isTriggered() {
        return id.firing() instanceof Firing.Triggered;
    }

    @Override
    public String toString() {
        return id + " on " + instance + ": " + outcome.name()
                + (outcome instanceof Outcome.Failed failed ? " (" + failed.error() + ")" : "");
    }
}
