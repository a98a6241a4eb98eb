package io.elasticjob.simulation;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardPlanner;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.CancelCodec;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.PlanCodec;
import io.elasticjob.coordination.Cancel;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of firings that a planner splits: none is planned before its time, nor by two while the first one lives;
 * the plan that is stored first is the only one; each shard that runs is a part of it and is told so; and nothing is left of a
 * plan whose firing is over.
 */
final class DivisionPromises {

    /** Of the settings of a job everybody has heard by then who can write anything: after that a session is over. */
    private static final Duration HEARD_OF = Simulation.SESSION.plusSeconds(4);

    private record Of(Layout.JobLife life, Firing firing) {}

    /** What became of the plan of a firing. */
    private static final class Story {
        int planners;
        int calls;

        @Nullable
        String last;

        @Nullable
        List<String> parts;

        /** Whether somebody has spoilt what is stored of it. */
        boolean spoilt;

        int losses;
    }

    private final Observed seen;
    private final Map<Of, Story> stories = new LinkedHashMap<>();
    private final Map<String, Story> byId = new HashMap<>();
    private final Map<String, Instant> plans = new HashMap<>();
    /** Nodes that somebody has deleted, or written over. */
    private final Set<String> spoilt = new HashSet<>();

    private int lost;
    private int retaken;
    private int divided;

    DivisionPromises(Observed seen) {
        this.seen = seen;
    }

    /** How many firings had a plan, and how often another instance has planned in the place of a dead one. */
    List<Integer> counts() {
        return List.of(divided, retaken, lost);
    }

    /** Somebody deletes a node of a plan, or writes over it. */
    void spoil(SplittableRandom random) {
        List<String> names = seen.ensemble.node(Observed.LAYOUT.plans()) instanceof Read.Present
                ? seen.ensemble.children(Observed.LAYOUT.plans())
                : List.of();
        if (names.isEmpty()) {
            return;
        }
        String path = Observed.LAYOUT.plans() + "/" + names.get(random.nextInt(names.size()));
        spoilt.add(path);
        seen.trace.note(() -> "somebody spoils " + path);
        switch (random.nextInt(3)) {
            case 0 -> seen.ensemble.deleteTree(path);
            case 1 -> seen.ensemble.write(path, new byte[0]);
            default ->
                seen.ensemble.write(
                        path, PlanCodec.encode(List.of("of a stranger")).get(0));
        }
    }

    private boolean isSpoilt(Layout.JobLife life, FiringRecord.Plan plan) {
        return Observed.LAYOUT.portions(life, plan).stream().anyMatch(spoilt::contains);
    }

    /** Whether each node is there as it was created, be it again, after somebody had deleted it. */
    private boolean isAsLaid(Layout.JobLife life, FiringRecord.Plan plan) {
        return Observed.LAYOUT.portions(life, plan).stream()
                .allMatch(path -> seen.ensemble.node(path) instanceof Read.Present present
                        && present.stat().version() == 0);
    }

    /** Whether an operator has a shard of a firing end, or all of it. */
    boolean isCancelled(Layout.JobLife life, Firing firing, int shard) {
        String folder = Observed.LAYOUT.cancels();
        return seen.ensemble.node(folder) instanceof Read.Present
                && seen.ensemble.children(folder).stream()
                        .filter(name ->
                                Layout.lifeOfCancel(name).filter(life::equals).isPresent())
                        .map(name -> seen.ensemble.node(Observed.LAYOUT.cancel(name)))
                        .anyMatch(node -> node instanceof Read.Present present
                                && CancelCodec.decode(Instant.EPOCH, present.data())
                                        instanceof Decoded.Value<Cancel> cancel
                                && (cancel.value().isWhole()
                                        || cancel.value().shards().contains(shard))
                                && cancel.value().firing().equals(firing));
    }

    void heard(ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.FiringPlanLost) {
            lost++;
        }
    }

    /** The planner of a process: what it says is another thing each time that it is asked. */
    ShardPlanner planner(String process, SplittableRandom random) {
        return request -> {
            Story story = byId.computeIfAbsent(request.id(), any -> new Story());
            story.calls++;
            if (request.firing() instanceof Firing.Scheduled scheduled
                    && scheduled.fireTime().isAfter(seen.clock.now().plus(Observed.EARLY))) {
                seen.violated(process + " plans ahead: " + request);
            }
            int kind = random.nextInt(12);
            seen.trace.note(() -> process + " plans " + request + " " + kind);
            if (kind == 0) {
                throw new java.io.IOException("the table is away");
            }
            List<String> parts = new ArrayList<>();
            for (int part = 0; part < kind % Divisions.MOST_PARTS; part++) {
                parts.add(process + " call " + story.calls + " part " + part);
            }
            return parts;
        };
    }

    /**
     * That the plan of a firing is lost, its record does not say any more once the next one may be opened: until then it has to.
     */
    static FiringRecord rememberingLoss(FiringRecord before, FiringRecord after) {
        FiringRecord.Current was = before.current();
        FiringRecord.Current next = after.current();
        boolean isForgotten = was != null
                && next != null
                && after.isFree()
                && was.whole().firing().equals(next.whole().firing())
                && was.whole().isPlanLost()
                && !next.whole().isPlanLost();
        FiringRecord.Plan plan = isForgotten ? next.whole().plan() : null;
        if (plan == null) {
            return after;
        }
        FiringRecord.Whole whole = next.whole();
        FiringRecord.Whole remembered = new FiringRecord.Whole(
                whole.firing(),
                whole.fireTime(),
                whole.count(),
                whole.listed(),
                whole.openedAt(),
                whole.jobVersion(),
                whole.ancestors(),
                new FiringRecord.Plan(plan.id(), plan.portions(), true));
        return new FiringRecord(
                new FiringRecord.Current(remembered, next.stage()), after.decided(), after.marks(), after.unknown());
    }

    /** A step of a firing, of a job whose firings are recorded as wholes. */
    void step(Layout.JobLife life, Observed.Job job, FiringRecord before, FiringRecord.Current next) {
        FiringRecord.Whole whole = next.whole();
        FiringRecord.Current was = before.current();
        boolean isSame = was != null && was.whole().firing().equals(whole.firing());
        Story story = story(life, whole.firing());
        if (next.stage() instanceof FiringRecord.Planning planning) {
            if (isSame && before.planning().isEmpty()) {
                seen.violated("a firing is planned again: " + before + " then " + next);
            }
            if (!planning.by().equals(story.last)) {
                if (story.last != null) {
                    retaken++;
                    if (seen.isLive(story.last)) {
                        seen.violated(planning.by() + " plans in the place of " + story.last + ", which lives");
                    }
                }
                story.planners++;
                story.last = planning.by();
            }
        }
        boolean isLoss = isSame && whole.isPlanLost() && !was.whole().isPlanLost();
        if (isLoss) {
            FiringRecord.Whole former = was.whole();
            story.losses++;
            if (!isSpoilt(life, whole.plan())) {
                seen.violated("a plan is said to be lost that is all there: " + next);
            }
            boolean isElse = former.plan() == null
                    || !former.plan().id().equals(whole.plan().id())
                    || former.count() != whole.count()
                    || !former.firing().equals(whole.firing());
            if (isElse || !was.stage().equals(next.stage())) {
                seen.violated("more than the loss of a plan was noted: " + was + " then " + next);
            }
        } else if (isSame && was.whole().plan() != null && !was.whole().equals(whole)) {
            seen.violated("a firing has another plan than before: " + was + " then " + next);
        } else if (isSame && !was.whole().equals(whole) && before.planning().isEmpty()) {
            seen.violated("a firing is another one than before: " + was + " then " + next);
        }
        if (whole.plan() != null && story.parts == null) {
            story.parts = parts(life, whole.plan());
            divided++;
            story.spoilt = isSpoilt(life, whole.plan())
                    && !(story.parts.size() == whole.count() && isAsLaid(life, whole.plan()));
            if (!story.spoilt && (story.parts.size() != whole.count() || story.parts.isEmpty())) {
                seen.violated("a firing has not the parts of its plan: " + next + " " + story.parts);
            }
        }
        boolean isClosing = !(isSame && was.stage() instanceof FiringRecord.Closed);
        if (next.stage() instanceof FiringRecord.Closed closed && whole.isPlanLost() && isClosing) {
            checkCutShort(life, whole, closed);
        }
        boolean isBegun = next.stage() instanceof FiringRecord.Open || next.stage() instanceof FiringRecord.Opening;
        boolean isToBePlanned = isSame
                ? before.planning().isPresent()
                : whole.firing() instanceof Firing.Scheduled
                        && job.definition().plannedShards().arePlanned();
        if (isBegun && whole.plan() == null && isToBePlanned) {
            seen.violated("a firing is open without the plan that its job asks for: " + next);
        }
    }

    /** A record of a shard was written. What it has begun of a plan is not given up while its job wants it. */
    void written(Layout.JobLife life, int shard, ShardRecord before, ShardRecord after) {
        Firing firing = before.firing();
        boolean isEnded = Divisions.concerns(life.job())
                && firing != null
                && firing.equals(after.firing())
                && after.state() instanceof ShardState.Done;
        Observed.Job job = isEnded ? seen.jobs.get(life.job()) : null;
        if (firing != null
                && job != null
                && isToGoOn(job.definition(), before, after)
                && isWanted(life, job, shard, before)
                && !isCancelled(life, firing, shard)) {
            seen.violated("a part was given up that is to go on: " + life + " shard " + shard + " " + before + " then "
                    + after);
        }
    }

    /** As far as only its job decides. */
    private static boolean isToGoOn(JobDefinition job, ShardRecord before, ShardRecord after) {
        if (!before.isRunning()) {
            int failures =
                    before.toRetry().map(failed -> failed.failures().count()).orElse(Integer.MAX_VALUE);
            return failures <= job.retry().attempts();
        }
        return new Outcome.Lost().name().equals(after.outcome())
                && before.stop().isEmpty()
                && job.failover().wanted()
                && before.deaths() < job.failover().limit();
    }

    /** Whether its firing is open, has its plan, and the job has wanted it for so long that everybody knows that. */
    private boolean isWanted(Layout.JobLife life, Observed.Job job, int shard, ShardRecord begun) {
        FiringRecord.Whole open = seen.ensemble.node(Observed.LAYOUT.firings(life.job(), life.life()))
                                instanceof Read.Present present
                        && FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> record
                ? record.value().open().orElse(null)
                : null;
        boolean isThere = open != null
                && open.plan() != null
                && !open.isPlanLost()
                && open.firing().equals(begun.firing())
                && (!(open.firing() instanceof Firing.Triggered triggered)
                        || seen.ensemble.node(Observed.LAYOUT.trigger(life.job(), triggered.number()))
                                instanceof Read.Present);
        return isThere
                && job.life().equals(life.life())
                && job.definition().enabled()
                && job.definition().plannedShards().arePlanned()
                && Observed.isOn(job.stored().switches(), shard, open.fireTime())
                && !(open.firing() instanceof Firing.Scheduled
                        && open.fireTime().isBefore(job.stored().since()))
                && seen.ensemble.node(Observed.JOBS + life.job()) instanceof Read.Present node
                && node.stat().modifiedAt().plus(HEARD_OF).isBefore(seen.clock.now());
    }

    /** What nobody could run has not gone well, though all else has. */
    private void checkCutShort(Layout.JobLife life, FiringRecord.Whole whole, FiringRecord.Closed closed) {
        boolean isCutShort = whole.shards().stream()
                .map(shard -> seen.record(life, shard))
                .anyMatch(record ->
                        !whole.firing().equals(record.firing()) || !(record.state() instanceof ShardState.Done));
        if (isCutShort && closed.result() != FiringResult.FAILED) {
            seen.violated("a firing that was cut short has not failed: " + whole + " " + closed);
        }
    }

    private Story story(Layout.JobLife life, Firing firing) {
        return stories.computeIfAbsent(new Of(life, firing), of -> {
            Observed.Job job = seen.jobs.get(life.job());
            String id = life.job() + "@" + (job == null ? "" : job.stored().life()) + "/" + firing.text();
            return byId.computeIfAbsent(id, any -> new Story());
        });
    }

    private List<String> parts(Layout.JobLife life, FiringRecord.Plan plan) {
        List<String> parts = new ArrayList<>();
        for (String path : Observed.LAYOUT.portions(life, plan)) {
            if (seen.ensemble.node(path) instanceof Read.Present present
                    && PlanCodec.decode(present.data()) instanceof Decoded.Value<List<String>> portion) {
                parts.addAll(portion.value());
            } else if (!spoilt.contains(path)) {
                seen.violated("a plan is not all there: " + path);
            }
        }
        return parts;
    }

    /** Holds all that ever ran against the plans. */
    void checkRuns() {
        Map<Of, Set<Integer>> attempts = new HashMap<>();
        for (Ledger.Entry entry : seen.ledger.entries()) {
            Observed.History history = Divisions.concerns(entry.id.job()) ? seen.historyOf(entry) : null;
            Story story = history == null ? null : stories.get(new Of(history.of, entry.id.firing()));
            if (story == null || story.parts == null) {
                continue;
            }
            if (story.spoilt) {
                seen.violated("ran a part of a plan that was spoilt before it held: " + entry);
            }
            int shard = entry.id.shard();
            boolean isPart = shard < story.parts.size()
                    && story.parts.get(shard).equals(entry.context.shardingParameter())
                    && entry.context.shardingTotalCount() == story.parts.size();
            if (!isPart) {
                seen.violated("ran what is no part of " + story.parts + ": \"" + entry.context.shardingParameter()
                        + "\" of " + entry.context.shardingTotalCount() + ", " + entry);
            }
            if (entry.id.attempt() == 1 && entry.context.checkpoint().isPresent()) {
                seen.violated("began with the checkpoint of another part: " + entry);
            }
            Set<Integer> ran = attempts.computeIfAbsent(new Of(history.of, entry.id.firing()), any -> new HashSet<>());
            if (!ran.add(shard * 1_000 + entry.id.attempt())) {
                seen.violated("one attempt ran twice: " + entry);
            }
        }
    }

    /** Nothing goes wrong any more, and a leader has looked. */
    void checkQuiet() {
        int losses = stories.values().stream().mapToInt(story -> story.losses).sum();
        if (lost > losses) {
            seen.violated("the loss of " + losses + " plans was told " + lost + " times");
        }
        stories.forEach((of, story) -> {
            if (story.planners == 1 && story.calls > 1) {
                seen.violated("a firing was planned " + story.calls + " times, though nobody died: " + of);
            }
        });
    }

    /** Each plan that is there is one by which a firing runs. */
    void checkEnd() {
        String folder = Observed.LAYOUT.plans();
        if (!(seen.ensemble.node(folder) instanceof Read.Present)) {
            return;
        }
        for (String name : seen.ensemble.children(folder)) {
            Layout.PlanOf plan = Layout.planNamed(name).orElseThrow();
            FiringRecord record = seen.ensemble.node(Observed.LAYOUT.firings(
                                    plan.of().job(), plan.of().life()))
                            instanceof Read.Present present
                    ? ((Decoded.Value<FiringRecord>) FiringRecordCodec.decode(present.data())).value()
                    : FiringRecord.NEW;
            FiringRecord.Current current = record.current();
            boolean isOpen = current != null && !(current.stage() instanceof FiringRecord.Closed);
            if (!isOpen && seen.life(plan.of().job()).equals(plan.of().life())) {
                seen.violated("a plan is left of a firing that is over: " + name + " " + record.current());
            }
        }
    }
}
