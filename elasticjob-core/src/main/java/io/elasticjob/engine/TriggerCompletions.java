package io.elasticjob.engine;

import io.elasticjob.ShardRecord;
import io.elasticjob.TriggerStatus;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.TriggerProgress;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells those who wait for the end of triggers that were asked for here.
 *
 * <p>A job may be removed and made again while the creation of a trigger is on its way: ZooKeeper compares versions, and that of
 * the new node may be the same. Then the trigger is one of the new life of the job, and who asked waits for its end there.
 *
 * <p>Confined to the loop.
 */
final class TriggerCompletions {

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Somebody waits for the end of a trigger. */
    private static final class Waiting {

        final JobState job;
        final Trigger trigger;
        final Question<TriggerStatus> completion;

        /** Whether it was found there without being listed: from then on its absence in a list means that it is done. */
        boolean seen;

        Waiting(JobState job, Trigger trigger, Question<TriggerStatus> completion) {
            this.job = job;
            this.trigger = trigger;
            this.completion = completion;
        }

        /** What is listed of a job that is gone says nothing: the list may be that of its next life. */
        boolean isListed() {
            return !job.isRemoved() && job.knownTriggers().containsKey(trigger.number());
        }
    }

    private final Layout layout;
    private final Registration registration;
    private final JobTable jobs;
    private final TriggerRecords records;
    private final Outbox outbox;

    /** Who waits for the end of a trigger that is known to be there, by its number. */
    private final Map<JobState, Map<Long, List<Waiting>>> waiting = new HashMap<>();

    /** Who waits for the end of one that is not listed: it is gone already, or still to be heard of. */
    private final Set<Waiting> unlisted = new LinkedHashSet<>();

    TriggerCompletions(Namespace namespace, Registration registration, TriggerRecords records, Outbox outbox) {
        this.layout = namespace.layout();
        this.registration = registration;
        this.jobs = namespace.jobs();
        this.records = records;
        this.outbox = outbox;
    }

    /** The trigger was created: {@code completion} is answered when it is done. */
    void await(JobState job, Trigger trigger, Question<TriggerStatus> completion) {
        Waiting one = new Waiting(job, trigger, completion);
        if (one.isListed()) {
            waitFor(one);
        } else {
            unlisted.add(one);
            askFor(one); // created after it was listed, or gone already
        }
    }

    private void waitFor(Waiting one) {
        waiting.computeIfAbsent(one.job, any -> new TreeMap<>())
                .computeIfAbsent(one.trigger.number(), any -> new ArrayList<>())
                .add(one);
    }

    /** The triggers of a job were listed: whoever waits for one that is not, though it was there, is told. */
    void listed(JobState job) {
        for (Waiting one : unlistedOf(job)) {
            if (one.isListed()) {
                unlisted.remove(one);
                waitFor(one);
            } else if (one.seen) {
                ended(one, null);
            } else {
                askFor(one);
            }
        }
    }

    /**
     * A trigger that was listed is gone: whoever waits for it is told.
     *
     * @param last the records of its shards when it went, by shard; null when they have to be read
     */
    void gone(JobState job, long number, @Nullable Map<Integer, ShardRecord> last) {
        Map<Long, List<Waiting>> ofJob = waiting.get(job);
        List<Waiting> ended = ofJob == null ? null : ofJob.remove(number);
        if (ofJob != null && ofJob.isEmpty()) {
            waiting.remove(job);
        }
        if (ended != null) {
            ended.forEach(one -> ended(one, last));
        }
    }

    /** The job is gone, and its triggers with it; but for those that were created in its next life. */
    void removed(JobState job) {
        Map<Long, List<Waiting>> listed = waiting.remove(job);
        if (listed != null) {
            listed.values().forEach(unlisted::addAll);
        }
        unlistedOf(job).forEach(this::askFor);
    }

    private List<Waiting> unlistedOf(JobState job) {
        return unlisted.stream().filter(one -> one.job == job).toList();
    }

    private void askFor(Waiting one) {
        Connection over = registration.usable().orElse(null);
        if (over == null) {
            askAgain(one);
            return;
        }
        outbox.read(over, List.of(layout.trigger(one.job.name(), one.trigger.number())), result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                askAgain(one);
            } else if (!unlisted.contains(one)) {
                return; // it has been listed meanwhile, or told
            } else if (!(told.answer().get(0) instanceof Read.Present present)) {
                ended(one, null);
            } else if (one.job.isRemoved()) {
                goOnInNextLife(one, present);
            } else {
                one.seen = true;
            }
        });
    }

    /** @param present what has its number now */
    private void goOnInNextLife(Waiting one, Read.Present present) {
        boolean isSame =
                TriggerCodec.decode(one.trigger.number(), present.stat().createdAt(), present.data())
                                instanceof Decoded.Value<Trigger> now
                        && now.value().request().equals(one.trigger.request());
        if (!isSame) {
            ended(one, null); // another one has its number
            return;
        }
        JobState next = jobs.job(one.job.name()).filter(job -> job != one.job).orElse(null);
        if (next == null) {
            askAgain(one); // it is still to be heard of, or gone as well
            return;
        }
        unlisted.remove(one);
        await(next, one.trigger, one.completion);
    }

    /** In a while: a trigger that is gone rings no more, and its job may never be listed again. */
    private void askAgain(Waiting one) {
        outbox.alarm(RETRY, () -> {
            if (unlisted.contains(one)) {
                askFor(one);
            }
        });
    }

    private void ended(Waiting one, @Nullable Map<Integer, ShardRecord> last) {
        unlisted.remove(one);
        if (last != null) {
            tell(one, last);
            return;
        }
        Connection over = registration.usable().orElse(null);
        if (over == null) {
            waitOn(one);
            return;
        }
        records.read(over, one.job, one.trigger, read -> tell(one, read), failed -> waitOn(one));
    }

    private void tell(Waiting one, Map<Integer, ShardRecord> read) {
        outbox.answer(one.completion, TriggerProgress.of(one.job.name(), one.trigger, read, true));
    }

    private void waitOn(Waiting one) {
        unlisted.add(one);
        askAgain(one);
    }
}
