package io.elasticjob.engine;

import io.elasticjob.JobDefinition;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.MissedDeadlines;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The leader's look at the firings of jobs with a {@code firingDeadline}, for those that have not ended by it, be it that nobody
 * is left who could run them. What it finds is noted in the record of the firings, by compare-and-set, and told by the one who
 * has noted it. A job whose latest firing was looked at is not read about again before the next one is late, so that jobs that
 * fire seldom cost nothing. Confined to the loop.
 */
final class DeadlineSweep {

    private static final int AT_ONCE = 200;

    /** What may be late of a job: another look at the same tells nothing new. */
    private record Late(@Nullable Instant latest, long trigger) {}

    private final Layout layout;
    private final JobTable jobs;
    private final Leadership leadership;
    private final DeadlineNews news;
    private final Outbox outbox;
    private final Inquiry inquiry;

    private Map<JobState, Late> settled = new HashMap<>();
    private @Nullable Object round;

    DeadlineSweep(Layout layout, JobTable jobs, Leadership leadership, DeadlineNews news, Outbox outbox) {
        this.layout = layout;
        this.jobs = jobs;
        this.leadership = leadership;
        this.news = news;
        this.outbox = outbox;
        this.inquiry = new Inquiry(outbox, AT_ONCE, AT_ONCE, "it is unknown whether a deadline is missed");
    }

    /** Another instance leads, or nobody can tell. */
    void lost() {
        round = null;
        settled.clear();
    }

    void round(Connection over) {
        if (round != null) {
            return; // the last one is still waiting for answers
        }
        news.forgetRemoved();
        Object present = new Object();
        round = present;
        Map<JobState, Late> looked = new HashMap<>();
        List<JobState> asked = new ArrayList<>();
        for (JobState job : List.copyOf(jobs.jobs())) {
            Late late = late(job);
            if (late != null) {
                looked.put(job, late);
                if (!late.equals(settled.get(job))) {
                    asked.add(job);
                }
            }
        }
        settled = looked;
        ask(over, present, asked);
    }

    /** Null where nothing can be late. */
    private @Nullable Late late(JobState job) {
        Instant then = then(job);
        if (then == null) {
            return null;
        }
        try {
            Instant latest = job.usable().schedule().isByEnd()
                    ? then // only the record tells what is due
                    : job.usable().schedule().latest(then).orElse(null);
            long trigger = job.triggers().pending().values().stream()
                    .filter(pending -> !pending.requestedAt().isAfter(then))
                    .mapToLong(Trigger::number)
                    .max()
                    .orElse(-1);
            return latest == null && trigger < 0 ? null : new Late(latest, trigger);
        } catch (Throwable failed) {
            jobs.failed(job, failed);
            return null;
        }
    }

    /** What came due by then should have ended; null where nothing is asked for, or the job pauses. */
    private @Nullable Instant then(JobState job) {
        JobDefinition definition = job.definition();
        if (definition == null || job.isRemoved() || job.standing() == Standing.UNDECLARED) {
            return null;
        }
        if (definition.schedule().limits().unknownCalendar().isPresent()) {
            return null;
        }
        Duration deadline = definition.wholeFirings().byThen().orElse(null);
        return deadline == null ? null : outbox.time().registryNow().minus(deadline);
    }

    private String pathOf(JobState job) {
        return layout.firings(job.name(), job.life().name());
    }

    private void ask(Connection over, Object present, List<JobState> asked) {
        inquiry.ask(over, asked.stream().map(this::pathOf).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return present == round;
            }

            @Override
            public boolean read(int at, Read read) {
                try {
                    judge(over, asked.get(at), read);
                } catch (Throwable failed) {
                    jobs.failed(asked.get(at), failed);
                }
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                settled.remove(asked.get(at));
                return true;
            }

            @Override
            public void complete() {
                round = null;
            }

            @Override
            public void unanswered(int from, Throwable why) {
                asked.subList(from, asked.size()).forEach(settled::remove);
                round = null; // the next round asks again
            }
        });
    }

    private void judge(Connection over, JobState job, Read read) {
        Instant then = then(job);
        if (then == null || !leadership.isHeld(over)) {
            return;
        }
        if (read instanceof Read.Absent) {
            late(job, FiringRecord.NEW, then).ifPresent(next -> make(over, job, next));
        } else if (read instanceof Read.Present present
                && FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> value) {
            news.heard(job, value.value());
            FiringRecord.Current current = value.value().current();
            if (current != null && !(current.stage() instanceof FiringRecord.Closed)) {
                settled.remove(job); // what waits behind it may be late once it is opened
            }
            late(job, value.value(), then).ifPresent(next -> {
                int version = present.stat().version();
                note(over, job, next, new Write.Put(pathOf(job), FiringRecordCodec.encode(next), version));
            });
        }
    }

    private Optional<FiringRecord> late(JobState job, FiringRecord record, Instant then) {
        return MissedDeadlines.of(job.forDecision(then), record, then)
                .map(late -> MissedDeadlines.noted(record, late, news.noter(leadership.self())));
    }

    /** No firing of the job was ever opened. */
    private void make(Connection over, JobState job, FiringRecord next) {
        Write folder = new Write.Create(layout.firings(), new byte[0], Write.Life.PERSISTENT);
        outbox.commit(over, List.of(folder), any -> {}); // there by now: just as well
        note(over, job, next, new Write.Create(pathOf(job), FiringRecordCodec.encode(next), Write.Life.PERSISTENT));
    }

    private void note(Connection over, JobState job, FiringRecord next, Write write) {
        settled.remove(job); // there may be more, and who was refused looks again
        List<Write> writes = leadership.asLeader(List.of(job.check(), job.life().guard(), write));
        outbox.commit(over, writes, result -> {
            if (result instanceof Result.Told<Answer> told) {
                jobs.guarded(over, List.of(job), writes, told.answer());
                if (told.answer() instanceof Answer.Committed) {
                    job.life().laid();
                    news.heard(job, next);
                }
            }
        });
    }
}
