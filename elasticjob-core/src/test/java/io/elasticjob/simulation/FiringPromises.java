package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.simulation.Observed.Job;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What is promised of firings by schedule while nothing goes wrong. */
final class FiringPromises {

    /** So much later than its fire time a shard may start when nothing goes wrong. */
    static final Duration ON_TIME = Duration.ofMillis(1_500);

    private final Observed seen;
    private final DelayPromises delays;

    FiringPromises(Observed seen, DelayPromises delays) {
        this.seen = seen;
        this.delays = delays;
    }

    /** With the faults over, every firing of every shard runs exactly once, and on time; of a disabled job, none. */
    void checkQuietTime(Collection<JobDefinition> definitions, Instant from, Instant to) {
        definitions.forEach(job -> checkFirings(job, from, to, 1));
        Duration leapt = Duration.between(seen.time.now(), seen.clock.now());
        definitions.forEach(job -> delays.checkQuiet(
                job, Objects.requireNonNull(seen.jobs.get(job.name())).stored(), from, to, leapt));
    }

    /** In a rolling restart no firing runs twice, and none is lost whose period leaves time to hand over. */
    void checkRollingRestart(Collection<JobDefinition> definitions, Instant from, Instant to) {
        definitions.forEach(job -> checkFirings(job, from, to, isHectic(job.schedule(), from) ? 0 : 1));
    }

    private static boolean isHectic(Schedule schedule, Instant at) {
        Instant next = schedule.next(at).orElse(at);
        Duration period = Duration.between(next, schedule.next(next).orElse(Instant.MAX));
        return period.compareTo(Duration.ofSeconds(1)) <= 0;
    }

    private void checkFirings(JobDefinition job, Instant from, Instant to, int least) {
        if (!job.monitorExecution() || job.schedule() instanceof Schedule.Once || StreamPromises.isStream(job.name())) {
            return; // nothing is promised of the first; the second is gone when it has run; the third has one firing
        }
        if (job.plannedShards().arePlanned()) {
            return; // see DivisionPromises
        }
        if (job.concurrency().isLimited() || Placements.mayWait(job)) {
            return; // it waits for others
        }
        Job present = Objects.requireNonNull(seen.jobs.get(job.name()));
        Map<String, List<Ledger.Entry>> runs = new HashMap<>();
        for (Ledger.Entry entry : seen.ledger.entries()) {
            boolean scheduled = entry.id.firing() instanceof Firing.Scheduled;
            if (entry.id.job().equals(job.name()) && scheduled && !entry.fireTime.isBefore(from)) {
                runs.computeIfAbsent(entry.id.shard() + " of " + entry.fireTime, any -> new ArrayList<>())
                        .add(entry);
            }
        }
        Instant begin =
                from.isBefore(present.stored().since()) ? present.stored().since() : from;
        Optional<Instant> next = job.schedule().next(begin);
        while (next.isPresent() && next.get().isBefore(to)) {
            Instant fireTime = next.get();
            int shards = job.enabled() ? present.stored().shardCount().at(fireTime) : 0;
            for (int shard = 0;
                    shard < Math.max(shards, present.stored().shardCount().largest());
                    shard++) {
                String firing = shard + " of " + fireTime;
                boolean isDue = shard < shards && Observed.isOn(present.stored().switches(), shard, fireTime);
                checkFiring(
                        job,
                        firing,
                        fireTime,
                        runs.getOrDefault(firing, List.of()),
                        isDue ? least : 0,
                        isDue ? 1 + job.retry().attempts() : 0);
            }
            next = job.schedule().next(fireTime);
        }
    }

    private void checkFiring(
            JobDefinition job, String firing, Instant fireTime, List<Ledger.Entry> runs, int least, int most) {
        if (runs.size() < least || runs.size() > most) {
            seen.violated(job.name() + " shard " + firing + " ran " + runs.size() + " times: " + runs);
        }
        Duration leapt = Duration.between(seen.time.now(), seen.clock.now());
        for (Ledger.Entry run : runs) {
            boolean isRetry = job.retry().attempts() > 0 && run.id.attempt() > 1;
            if (!isRetry && run.started.plus(leapt).isAfter(fireTime.plus(ON_TIME))) {
                seen.violated(job.name() + " shard " + firing + " ran late: " + run);
            }
        }
    }
}
