package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.Outcome;
import io.elasticjob.ShardPlanner;
import io.elasticjob.codec.PlanCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.FiringStep;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Write;
import io.elasticjob.text.Durations;
import io.elasticjob.text.Thrown;
import io.elasticjob.text.VisibleText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Has firings split into parts by the planners of their jobs. Which instance does that is in the record, taken by
 * compare-and-set, and another one takes its place on proof of its death only. The parts are written first, and named by a
 * record that is written only over the one that says who plans: so the first plan that is stored is the only one. Confined to
 * the loop.
 */
final class FiringPlanners {

    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int AT_ONCE = 64;

    /** Closes a firing that has no parts. */
    interface Closes {
        void write(Connection over, FiringCell cell, FiringRecord closed);
    }

    private final Layout layout;
    private final Registration registration;
    private final Roster roster;
    private final FiringTraffic traffic;
    private final FiringTellers tellers;
    private final Map<String, ShardPlanner> planners;
    private final Inquiry inquiry;
    private final Outbox outbox;
    private final Closes closes;

    /** How many plans this process has begun to store: what is left of one is no part of another. */
    private long plans;

    /** @param planners of this instance, by name */
    FiringPlanners(
            Layout layout,
            Registration registration,
            Roster roster,
            FiringTraffic traffic,
            FiringTellers tellers,
            Map<String, ShardPlanner> planners,
            Outbox outbox,
            Closes closes) {
        this.layout = layout;
        this.registration = registration;
        this.roster = roster;
        this.traffic = traffic;
        this.tellers = tellers;
        this.planners = planners;
        this.inquiry = new Inquiry(outbox, AT_ONCE, AT_ONCE, "no shard of the firing begins here until it can be read");
        this.outbox = outbox;
        this.closes = closes;
    }

    /** Goes on with a firing that is being planned. */
    void plan(Connection over, FiringCell cell, FiringRecord record, FiringRecord.Whole whole, String by) {
        JobState job = cell.job;
        Object firing = keyOf(job, whole);
        String name = job.usable().plannedShards().by().orElse(null);
        Trigger trigger = whole.firing() instanceof Firing.Triggered triggered
                ? job.triggers().pending().get(triggered.number())
                : null;
        boolean isTakenBack = trigger == null && whole.firing() instanceof Firing.Triggered;
        if (name == null || isTakenBack || job.cancels().isEndedWhole(whole.firing())) {
            skip(over, cell, record); // whatever is said by whoever plans it is not wanted any more
            return;
        }
        if (!registration.isSelf(by)) {
            planElsewhere(over, cell, record, by);
            return;
        }
        PlanDraft draft = cell.draft(firing);
        if (cell.isTelling()) {
            return;
        }
        if (draft != null) {
            store(over, cell, record, whole, draft);
        } else {
            call(cell, name, request(job, whole, trigger), firing);
        }
    }

    /** A dead one is replaced. One that lives has its time, and a session's time more to say what has come of it. */
    private void planElsewhere(Connection over, FiringCell cell, FiringRecord record, String by) {
        Duration timeout = cell.job.usable().plannedShards().timeout();
        Duration waited = cell.unchangedFor(outbox.nanos());
        if (roster.isLive(by)
                && FiringStep.isPlannerLate(waited, timeout, over.session().timeout())) {
            fail(
                    over,
                    cell,
                    record,
                    "the instance " + by + " lives, and has said nothing within plannerTimeout="
                            + Durations.format(timeout) + " and a session timeout");
        } else {
            tellers.onDeath(over, cell, by, () -> take(over, cell, record));
        }
    }

    /** What is asked here of a firing that is not to be planned any more is interrupted: the next one does not wait for it. */
    void settle(FiringCell cell, FiringRecord record) {
        Call call = cell.call();
        boolean isWanted = call != null
                && record.planning().isPresent()
                && record.current() != null
                && call.firing.equals(keyOf(cell.job, record.current().whole()));
        if (call != null && !isWanted) {
            call.stop();
        }
    }

    private static Object keyOf(JobState job, FiringRecord.Whole whole) {
        return List.of(job.life().name(), whole.firing(), "planned");
    }

    /** Whoever plans is this instance from now on. */
    private void take(Connection over, FiringCell cell, FiringRecord record) {
        if (!cell.job.owned().isEmpty()) {
            FiringRecord next = record.at(new FiringRecord.Planning(registration.currentId()));
            traffic.write(over, cell, next, List.of(), List.of(), () -> {});
        }
    }

    // ---- The call
    // ------------------------------------------------------------------------------------------------------

    private static ShardPlanner.Request request(JobState job, FiringRecord.Whole whole, @Nullable Trigger trigger) {
        Trigger.Interval interval = trigger == null ? null : trigger.content().interval();
        String parameter = trigger == null ? null : trigger.content().parameter();
        return new ShardPlanner.Request(
                job.name() + "@" + job.life().name() + "/" + whole.firing().text(),
                job.name(),
                whole.firing(),
                interval == null ? whole.fireTime() : interval.fireTime(),
                parameter == null ? job.usable().jobParameter() : parameter);
    }

    private void call(FiringCell cell, String name, ShardPlanner.Request request, Object firing) {
        ShardPlanner planner = planners.get(name);
        cell.tells(firing);
        if (planner == null) {
            said(cell, PlanDraft.failed(firing, "this instance has no planner of this name"));
            return;
        }
        Duration timeout = cell.job.usable().plannedShards().timeout();
        Call call = new Call(cell, name, planner, request, firing, timeout);
        cell.call(call);
        outbox.add(call.effect);
        outbox.alarm(timeout, call.limit);
    }

    private static void said(FiringCell cell, PlanDraft draft) {
        cell.draft(draft);
        cell.hasTold(draft.firing);
    }

    /** What its planner is asked, until it has said something, or nobody wants to hear it any more. */
    final class Call {

        private final FiringCell cell;
        private final Object firing;
        private final Effect.Call effect;

        /** Written by the thread of the call, read by the loop once that has ended. */
        private volatile @Nullable PlanDraft draft;

        private final CallLimit limit;

        Call(
                FiringCell cell,
                String name,
                ShardPlanner planner,
                ShardPlanner.Request request,
                Object firing,
                Duration timeout) {
            this.cell = cell;
            this.firing = firing;
            this.limit = new CallLimit(() -> lasts(timeout));
            this.effect = new Effect.Call(
                    "the planner " + name,
                    () -> {
                        draft = checked(planner.parts(request), firing);
                        return null;
                    },
                    this::ended);
        }

        private void ended(@Nullable Throwable failed) {
            if (limit.end()) {
                cell.call(null);
                if (failed instanceof ListenerCalls.NoThreadException none) {
                    later(none);
                    return;
                }
                PlanDraft made = draft;
                said(
                        cell,
                        failed == null && made != null
                                ? made
                                : PlanDraft.failed(firing, failed == null ? "it has given nothing" : text(failed)));
            }
        }

        /** It was not called: nothing is wrong with the firing. */
        private void later(ListenerCalls.NoThreadException why) {
            outbox.trouble("A firing of " + cell.job.name() + " cannot be planned now", why);
            outbox.alarm(RETRY, () -> {
                if (cell.tells(firing, false)) {
                    cell.hasTold(firing);
                    traffic.readAgain(cell);
                }
            });
        }

        /** Nobody wants to hear what it says. */
        void stop() {
            limit.end();
            cell.call(null);
            outbox.add(new Effect.Interrupt(effect));
            cell.hasTold(firing);
        }

        private void lasts(Duration timeout) {
            cell.call(null);
            outbox.add(new Effect.Interrupt(effect));
            said(
                    cell,
                    PlanDraft.failed(firing, "it has taken longer than plannerTimeout=" + Durations.format(timeout)));
        }
    }

    private static String text(Throwable failed) {
        return VisibleText.of(Thrown.tellable(failed).toString(), Outcome.MAX_ERROR_LENGTH);
    }

    /** Off the loop: it may be long. The parts are as whoever reads them will read them. */
    private static PlanDraft checked(@Nullable List<String> given, Object firing) {
        if (given == null) {
            return PlanDraft.failed(firing, "it has given null in place of parts; an empty list stands for none");
        }
        List<@Nullable String> parts = new ArrayList<>(given);
        List<String> all = new ArrayList<>();
        for (String part : parts) {
            if (part == null) {
                return PlanDraft.failed(
                        firing, "its part " + all.size() + " is null; a part without a parameter is \"\"");
            }
            all.add(part);
        }
        if (all.size() > ShardPlanner.MOST_PARTS) {
            return PlanDraft.failed(
                    firing,
                    "it has given " + all.size() + " parts, and a firing has at most " + ShardPlanner.MOST_PARTS);
        }
        long bytes = PlanCodec.bytes(all);
        List<byte[]> portions = bytes > ShardPlanner.MOST_BYTES ? List.of() : PlanCodec.encode(all);
        if (bytes > ShardPlanner.MOST_BYTES || !PlanCodec.fits(portions, RequestSize.MOST * 7 / 10)) {
            return PlanDraft.failed(
                    firing,
                    "its parts have " + bytes + " bytes in UTF-8, and may have at most " + ShardPlanner.MOST_BYTES
                            + ", where a control character counts as six");
        }
        return PlanDraft.of(firing, all, portions);
    }

    // ---- What it has said
    // ---------------------------------------------------------------------------------------------

    private void store(
            Connection over, FiringCell cell, FiringRecord record, FiringRecord.Whole whole, PlanDraft draft) {
        JobState job = cell.job;
        if (draft.failure != null) {
            fail(over, cell, record, draft.failure);
        } else if (draft.parts.isEmpty()) {
            skip(over, cell, record);
        } else if (draft.written < draft.portions.size()) {
            FiringRecord.Plan plan = draft.plan;
            if (plan == null) { // no other plan of the job has this name: no other instance has this id
                String name = cell.version() + "." + registration.currentId() + "." + ++plans;
                plan = new FiringRecord.Plan(name, draft.portions.size());
                draft.plan = plan;
            }
            String path = layout.plan(lifeOf(job), plan, draft.written);
            traffic.lay(over, cell, path, draft.portions.get(draft.written), () -> draft.written++);
        } else {
            FiringRecord.Plan plan = draft.plan;
            FiringRecord next = FiringStep.planned(
                    job.forDecision(outbox.now()), record, draft.parts, plan, tellers.opener(job), outbox.now());
            traffic.write(over, cell, next, List.of(job.check()), List.of(), () -> {
                cell.draft(null);
                outbox.publish(new ElasticJobEvent.FiringPlanned(
                        job.name(), whole.firing(), whole.fireTime(), draft.parts.size()));
            });
        }
    }

    private void skip(Connection over, FiringCell cell, FiringRecord record) {
        end(over, cell, record, FiringResult.SKIPPED, null);
    }

    private void fail(Connection over, FiringCell cell, FiringRecord record, String why) {
        end(over, cell, record, FiringResult.FAILED, why);
    }

    /** @param why of this close only: where it is refused, what comes next is not decided by it */
    private void end(Connection over, FiringCell cell, FiringRecord record, FiringResult result, @Nullable String why) {
        JobState job = cell.job;
        cell.unplanned(why);
        closes.write(
                over,
                cell,
                FiringStep.notPlanned(
                        job.forDecision(outbox.now()), record, result, tellers.opener(job), outbox.now()));
    }

    /** What is told once a firing is closed, which may be one that was being planned. */
    void closed(FiringCell cell, FiringRecord.Whole whole) {
        String why = cell.takeUnplanned();
        if (why != null && whole.plan() == null) { // else it was planned after all
            outbox.publish(new ElasticJobEvent.FiringNotPlanned(
                    cell.job.name(),
                    whole.firing(),
                    cell.job.usable().plannedShards().by().orElse(""),
                    why));
        }
        cell.draft(null);
    }

    private static Layout.JobLife lifeOf(JobState job) {
        return new Layout.JobLife(job.name(), job.life().name());
    }

    // ---- What is stored
    // -----------------------------------------------------------------------------------------------

    /**
     * Reads the parts of a firing.
     *
     * @param then once they are known
     */
    void read(Connection over, FiringCell cell, FiringRecord.Plan plan, Runnable then) {
        if (!cell.readsPlan(plan)) {
            return;
        }
        List<String> paths = layout.portions(lifeOf(cell.job), plan);
        List<String> parts = new ArrayList<>();
        inquiry.ask(over, paths, new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return registration.isUsable(over)
                        && cell.job.firings() == cell
                        && cell.plan().filter(plan::equals).isPresent();
            }

            @Override
            public boolean read(int at, Read read) {
                Portion portion = Portion.of(read);
                if (portion instanceof Portion.Parts found) {
                    parts.addAll(found.parts());
                    return true;
                }
                if (portion instanceof Portion.Spoilt spoilt) {
                    lost(over, cell, plan, paths.get(at) + " " + spoilt.why());
                }
                return false;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                again();
                return false;
            }

            @Override
            public void complete() {
                int count = cell.openPlannedShards();
                if (parts.size() == count) {
                    cell.planKnown(new PlanParts(plan, parts));
                    then.run();
                } else {
                    lost(
                            over,
                            cell,
                            plan,
                            paths.get(0) + " and the next ones have " + parts.size() + " parts of " + count);
                }
            }

            @Override
            public void unanswered(int from, Throwable why) {
                again();
            }

            private void again() {
                readLater(cell, plan);
            }
        });
    }

    private void readLater(FiringCell cell, FiringRecord.Plan plan) {
        outbox.alarm(RETRY, () -> {
            if (cell.plan().filter(plan::equals).isPresent() && !cell.isPlanKnown()) {
                cell.readsNoPlan();
                traffic.readAgain(cell);
            }
        });
    }

    /**
     * A plan is written before the record that names it, is never written over, and is deleted once that record says that its
     * firing is closed: whoever finds it otherwise says so in that very record, unless it is another one by now.
     */
    private void lost(Connection over, FiringCell cell, FiringRecord.Plan plan, String why) {
        FiringRecord record = cell.record();
        FiringRecord.Current current = record == null ? null : record.current();
        boolean isStill = cell.traffic() == FiringCell.Traffic.KNOWN
                && cell.plan().filter(plan::equals).isPresent();
        if (record == null || current == null || !isStill) {
            readLater(cell, plan);
            return;
        }
        cell.readsNoPlan();
        FiringRecord.Whole whole = current.whole();
        traffic.write(
                over,
                cell,
                FiringStep.planLost(record),
                List.of(),
                List.of(),
                () -> outbox.publish(
                        new ElasticJobEvent.FiringPlanLost(cell.job.name(), whole.firing(), whole.fireTime(), why)));
    }

    /** Its firing is closed: nobody begins a part of it any more. What is not deleted here, the leader finds. */
    void delete(Connection over, JobState job, FiringRecord.@Nullable Plan plan) {
        if (plan != null) {
            List<Write> deletes = new ArrayList<>();
            layout.portions(lifeOf(job), plan).forEach(path -> deletes.add(new Write.Delete(path, 0)));
            outbox.commit(over, deletes, any -> {});
        }
    }
}
