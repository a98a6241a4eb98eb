package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.simulation.Observed.History;
import io.elasticjob.simulation.Observed.Job;
import io.elasticjob.simulation.Observed.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of jobs that pause when their firings fail: nothing begins once enough of them have, nothing pauses before,
 * and what was enabled again begins anew, whatever ends then that began before. It counts by what it sees of records, not by
 * what they say of that.
 */
final class PausePromises {

    /** So long after the last of them the job has paused, when nothing goes wrong. */
    private static final Duration HEARD_OF = Duration.ofSeconds(4);

    /** Of a shard, since its job was enabled last. */
    private static final class Count {
        final Instant since;
        int failed;
        long at;

        Count(Instant since) {
            this.since = since;
        }
    }

    private final Observed seen;
    private final Map<String, Count> counts = new HashMap<>();
    private int pauses;

    PausePromises(Observed seen) {
        this.seen = seen;
    }

    /** How many jobs have paused. */
    int pauses() {
        return pauses;
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    /** A record was written. */
    void written(History history, Written written, @Nullable Job job) {
        ShardRecord before = written.before();
        ShardRecord after = written.after();
        boolean isClaim = after.isRunning() && !written.isCheckpoint() && !written.isAdoption();
        if (isClaim && job != null) {
            claimed(history, written, job);
        } else if (after.state() instanceof ShardState.Done
                && !(before.state() instanceof ShardState.Done)
                && Observed.isSameExecution(before, after)) { // else a claim was put back that nothing began under
            ended(history, before, after);
        }
    }

    private void claimed(History history, Written written, Job job) {
        boolean counts = job.definition().pauseAfterFailures().wanted();
        Count count = this.counts.get(history.path);
        if (!counts) {
            this.counts.remove(history.path);
        } else if (count == null || !count.since.equals(since(job.stored(), history.shard))) {
            this.counts.put(history.path, new Count(since(job.stored(), history.shard)));
        } else if (isEnough(job.definition(), count) && job.definition().enabled()) {
            seen.violated(history, "was claimed though its job is to pause", written);
        }
    }

    private void ended(History history, ShardRecord before, ShardRecord after) {
        Count count = counts.get(history.path);
        String outcome = String.valueOf(after.outcome());
        boolean isGivenUp = before.toRetry().isPresent() && !outcome.equals("CANCELLED");
        if (count != null && outcome.equals("SUCCEEDED")) {
            count.failed = 0;
        } else if (count != null && (isGivenUp || outcome.equals("FAILED") || outcome.equals("TIMED_OUT"))) {
            count.failed++;
            count.at = seen.time.nanoTime();
        }
    }

    private static Instant since(StoredJob job, int shard) {
        return job.switches()
                .onSince(shard)
                .filter(on -> on.isAfter(job.since()))
                .orElse(job.since());
    }

    private static boolean isEnough(JobDefinition definition, Count count) {
        return definition.pauseAfterFailures().wanted()
                && count.failed >= definition.pauseAfterFailures().firings();
    }

    /**
     * A job has changed.
     *
     * @return what it was before, with what it has changed of itself: all else an operator has
     */
    StoredJob changed(String life, StoredJob before, StoredJob after) {
        StoredJob.Override now = after.overrides().get(JobKey.ENABLED);
        if (now == null
                || now.equals(before.overrides().get(JobKey.ENABLED))
                || !now.who().equals("job " + after.name())) {
            return before;
        }
        pauses++;
        boolean isDue = seen.histories.values().stream()
                .filter(history -> history.of.job().equals(before.name())
                        && history.of.life().equals(life))
                .anyMatch(history -> isDue(before, history));
        if (!isDue || !now.value().equals("false")) {
            seen.violated("has paused though that was not due: " + after);
        }
        Map<JobKey, StoredJob.Override> overrides = new TreeMap<>(before.overrides());
        overrides.put(JobKey.ENABLED, now);
        return new StoredJob(
                before.name(),
                before.life(),
                new StoredJob.Settings(before.application(), before.declared(), overrides),
                before.since(),
                before.shardCount(),
                before.marks(),
                before.unknown());
    }

    private boolean isDue(StoredJob job, History history) {
        Count count = counts.get(history.path);
        return count != null
                && count.since.equals(since(job, history.shard))
                && isEnough(job.effective(), count)
                && job.effective().enabled();
    }

    // ---- What is so in the end ------------------------------------------------------------------------------------

    /** @param definitions of the jobs that somebody can run */
    void checkQuiet(Collection<JobDefinition> definitions) {
        seen.histories.values().forEach(history -> {
            Job job = seen.jobs.get(history.of.job());
            Count count = counts.get(history.path);
            if (job != null
                    && count != null
                    && job.life().equals(history.of.life())
                    && definitions.contains(job.definition())
                    && history.shard < job.stored().shardCount().count()
                    && seen.time.nanoTime() - count.at > HEARD_OF.toNanos()
                    && isDue(job.stored(), history)) {
                seen.violated(history.path + " has failed " + count.failed + " times, and has not paused its job");
            }
        });
    }
}
