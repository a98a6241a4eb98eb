package io.elasticjob.boot.actuate.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The meters of one job. All are there from the beginning, at zero, so that the first of a kind is seen as an increase. */
final class JobMeters {

    /** How an execution can end on an instance. */
    static final List<String> OUTCOMES = List.of(
            "SUCCEEDED",
            "SKIPPED",
            "FAILED",
            "FENCED",
            "ABANDONED",
            "CANCELLED",
            "TIMED_OUT",
            "MOVED",
            "LOST",
            "NOT_BEGUN");

    private final MeterRegistry meters;
    private final String job;
    private final Map<String, Timer> executions = new HashMap<>();
    private final Timer lateness;
    private final Counter misfired;
    private final Counter superseded;
    private final Counter dropped;
    private final Counter deadlinesMissed;
    private final Counter reruns;
    private final Counter pauses;
    private final Counter failovers;
    private final Counter lost;
    private final Counter claimsRefused;
    private final AtomicInteger owned = new AtomicInteger();

    JobMeters(MeterRegistry meters, String job) {
        this.meters = meters;
        this.job = job;
        OUTCOMES.forEach(this::executions);
        lateness = Timer.builder("elasticjob.firing.lateness")
                .description("From the fire time to the start of an execution")
                .tag("job", job)
                .register(meters);
        misfired = counter("elasticjob.firings.misfired", "Firings that came due during a run, or too long ago");
        superseded = counter("elasticjob.firings.superseded", "Firings not run because a later one came due first");
        dropped = counter(
                "elasticjob.firings.dropped", "Firings that waited to be run one after another, and were not run");
        deadlinesMissed =
                counter("elasticjob.firings.deadline.missed", "Firings that have not ended by their deadline");
        reruns = counter("elasticjob.firings.rerun", "Past firings that operators have had run again");
        pauses = counter("elasticjob.pauses", "How often the job was disabled because its firings failed in a row");
        failovers = counter("elasticjob.failovers", "Executions run again because their instance died");
        lost = counter("elasticjob.executions.lost", "Executions not run again though their instance died");
        claimsRefused = counter("elasticjob.claims.refused", "Claims that came too late");
        Gauge.builder("elasticjob.shards.owned", owned, AtomicInteger::get)
                .description("Shards that are assigned to this instance")
                .tag("job", job)
                .strongReference(true)
                .register(meters);
    }

    void started(Duration late) {
        lateness.record(late.isNegative() ? Duration.ZERO : late); // clocks of others may be ahead of that of this host
    }

    void ended(String outcome, Duration took) {
        executions(outcome).record(took);
    }

    void misfired() {
        misfired.increment();
    }

    void superseded(long count) {
        superseded.increment(count);
    }

    void dropped(long count) {
        dropped.increment(count);
    }

    void deadlineMissed() {
        deadlinesMissed.increment();
    }

    void rerun() {
        reruns.increment();
    }

    void paused() {
        pauses.increment();
    }

    void failedOver() {
        failovers.increment();
    }

    void lost() {
        lost.increment();
    }

    void claimRefused() {
        claimsRefused.increment();
    }

    void own(int shards) {
        owned.set(shards);
    }

    private Timer executions(String outcome) {
        return executions.computeIfAbsent(
                outcome,
                name -> Timer.builder("elasticjob.executions")
                        .description(
                                "Executions on this instance that have ended, each once; FENCED where the end could not be recorded")
                        .tag("job", job)
                        .tag("outcome", name)
                        .register(meters));
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).tag("job", job).register(meters);
    }
}
