package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.codec.PlannedCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Demand;
import io.elasticjob.coordination.Planned;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes triggers of firings that are to come, as the leader: each together with the note that it was made, so that no other
 * leader makes it again. Confined to the loop.
 */
final class PlannedTriggers {

    /** What cannot be made now is tried again after this time. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final Namespace namespace;
    private final Leadership leadership;
    private final Outbox outbox;

    /** Names of those of which a write is under way. */
    private final Set<String> underWay = new HashSet<>();

    /** What was told of those that could not be worked with, by their names. */
    private final Map<String, String> failures = new HashMap<>();

    /** How often in a row what is to be written of one was refused, by its name. */
    private final Map<String, Integer> refusals = new HashMap<>();

    private boolean toLook;

    /** When it looks again, by the stopwatch; null while nothing is waited for. */
    private @Nullable Long wakes;

    PlannedTriggers(Namespace namespace, Leadership leadership, Outbox outbox) {
        this.namespace = namespace;
        this.leadership = leadership;
        this.outbox = outbox;
    }

    /** Something may be due, or another than before. */
    void look() {
        toLook = true;
    }

    /** Under another connection what was under way is known by what is read. */
    void reconnected() {
        underWay.clear();
        toLook = true;
    }

    /** Makes what is due; once, at the end of a turn. */
    void flush(Connection over) {
        if (toLook && leadership.isHeld(over)) {
            toLook = false;
            Collection<PlannedTable.Known> all = namespace.planned().all();
            all.forEach(one -> lookAlone(over, one));
            if (!refusals.isEmpty() || !failures.isEmpty()) {
                Set<String> names = all.stream().map(PlannedTable.Known::name).collect(Collectors.toSet());
                refusals.keySet().retainAll(names);
                failures.keySet().retainAll(names);
            }
        }
    }

    /** Whatever comes of one of them, the others are made. */
    private void lookAlone(Connection over, PlannedTable.Known one) {
        try {
            look(over, one);
        } catch (Throwable failed) {
            String reason = JobTable.inWords(failed);
            if (!reason.equals(failures.put(one.name(), reason))) {
                outbox.publish(new ElasticJobEvent.ValueUnreadable(
                        namespace.layout().planned(one.name()), reason, "no trigger is made of it for now"));
            }
            wake(LONGEST_REST);
        }
    }

    private void look(Connection over, PlannedTable.Known one) {
        if (underWay.contains(one.name())) {
            return; // it is looked at when that is answered
        }
        JobState job = namespace.jobs().job(one.life().job()).orElse(null);
        if (job == null || !job.life().name().equals(one.life().life())) {
            write(over, one, List.of(), deletion(one), null);
            return;
        }
        if (job.areTriggersDoubted() || job.stored() == null) {
            wake(AGAIN);
            return;
        }
        Instant now = outbox.time().registryNow();
        Planned.Step step = one.planned().next(job.triggers().pending(), now);
        if (step instanceof Planned.Step.Make) {
            make(over, one, job, now);
        } else if (step instanceof Planned.Step.Over) {
            boolean isOne = one.planned().fireTimes().isEmpty();
            write(over, one, List.of(), deletion(one), isOne ? null : ended(one, "all of it has run"));
        } else if (step instanceof Planned.Step.Wait wait && wait.until() != null) {
            wake(outbox.time().until(wait.until()));
        }
    }

    private void make(Connection over, PlannedTable.Known one, JobState job, Instant now) {
        Planned planned = one.planned();
        Trigger trigger;
        try {
            Trigger asked = Demand.trigger(
                    stored(job),
                    job.standing(),
                    namespace.roster().processes(job),
                    job::effective,
                    planned.nextRequest(),
                    now);
            trigger = planned.nextInterval().map(asked::of).orElse(asked);
        } catch (Throwable refused) { // such as of a job that is disabled: it waits
            if (planned.isTooOld(now)) {
                String why = refused instanceof RuntimeException ? refused.getMessage() : JobTable.inWords(refused);
                write(over, one, List.of(), deletion(one), ended(one, String.valueOf(why)));
            } else {
                wake(AGAIN);
            }
            return;
        }
        boolean isLast = planned.fireTimes().isEmpty();
        List<Write> writes = new ArrayList<>();
        writes.add(job.check());
        writes.add(job.life().guard()); // one of the same name that was created again begins with the same version
        writes.addAll(isLast ? deletion(one) : progress(one));
        writes.add(new Write.Create(
                namespace.layout().triggers(job.name()), TriggerCodec.encode(trigger), Write.Life.SEQUENTIAL));
        write(over, one, List.of(job), writes, null);
    }

    private static StoredJob stored(JobState job) {
        return Objects.requireNonNull(job.stored());
    }

    private List<Write> progress(PlannedTable.Known one) {
        Write noted = new Write.Put(
                namespace.layout().planned(one.name()),
                PlannedCodec.encode(one.planned().afterOneMore(), one.mark()),
                one.version());
        return one.mark().isEmpty() ? List.of(noted) : List.of(new Write.Check(mark(one), 0), noted);
    }

    /** Of these very firings: of others with the same id, asked for meanwhile, the node has the same version. */
    private List<Write> deletion(PlannedTable.Known one) {
        Write deleted = new Write.Delete(namespace.layout().planned(one.name()), one.version());
        return one.mark().isEmpty() ? List.of(deleted) : List.of(new Write.Delete(mark(one), 0), deleted);
    }

    private String mark(PlannedTable.Known one) {
        return namespace.layout().plannedMark(one.name(), one.mark());
    }

    private static ElasticJobEvent ended(PlannedTable.Known one, String why) {
        return new ElasticJobEvent.PlanEnded(
                one.planned().asked().job(),
                one.planned().asked().id(),
                one.planned().made(),
                one.planned().count(),
                why);
    }

    /**
     * Whatever comes of it, what is there is read again before the next one.
     *
     * @param jobs whose folders may be laid by it
     */
    private void write(
            Connection over,
            PlannedTable.Known one,
            List<JobState> jobs,
            List<Write> writes,
            @Nullable ElasticJobEvent event) {
        underWay.add(one.name());
        List<Write> all = leadership.asLeader(writes);
        outbox.commit(over, all, result -> {
            underWay.remove(one.name());
            namespace.planned().listAgain();
            if (result instanceof Result.Told<Answer> told) {
                namespace.jobs().guarded(over, jobs, all, told.answer());
                if (told.answer() instanceof Answer.Committed) {
                    refusals.remove(one.name());
                    if (event != null) {
                        outbox.publish(event);
                    }
                    return;
                }
                refused(over, one, event, told.answer());
            }
            wake(AGAIN);
        });
    }

    /** What was refused once may have been decided too early. What is refused again is not tried without end, nor without a pause. */
    private void refused(Connection over, PlannedTable.Known one, @Nullable ElasticJobEvent event, Answer answer) {
        if (refusals.merge(one.name(), 1, Integer::sum) == 1) {
            return;
        }
        underWay.add(one.name());
        outbox.alarm(AGAIN, () -> underWay.remove(one.name()));
        boolean hasOthersBelow =
                answer instanceof Answer.Refused refused && refused.reason() == Answer.Reason.NOT_EMPTY;
        if (hasOthersBelow) { // somebody has written over it, so that it does not say what is below it
            outbox.children(over, namespace.layout().planned(one.name()), result -> {
                if (result instanceof Result.Told<List<String>> told && leadership.isHeld(over)) {
                    List<Write> writes = new ArrayList<>();
                    told.answer()
                            .forEach(mark -> writes.add(
                                    new Write.Delete(namespace.layout().plannedMark(one.name(), mark), 0)));
                    writes.add(new Write.Delete(namespace.layout().planned(one.name()), one.version()));
                    write(over, one, List.of(), writes, event);
                }
            });
        }
    }

    private void wake(Duration in) {
        Duration rest = in.compareTo(LONGEST_REST) < 0 ? in : LONGEST_REST;
        long at = outbox.nanos() + Math.max(rest.toNanos(), Duration.ofMillis(1).toNanos());
        Long before = wakes;
        if (before == null || at - before < 0) {
            wakes = at;
            outbox.alarm(Duration.ofNanos(at - outbox.nanos()), () -> {
                if (wakes != null && wakes == at) {
                    wakes = null;
                    toLook = true;
                }
            });
        }
    }
}
