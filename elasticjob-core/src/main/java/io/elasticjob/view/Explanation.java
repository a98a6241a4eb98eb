package io.elasticjob.view;

import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.PlanStatus;
import io.elasticjob.Setting;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.Barrier;
import io.elasticjob.coordination.DueFiring;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.HiddenDeclaration;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.coordination.Triggers;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Why a job does not run, or did not at some time: decided from what is known of it, the reasons before what they lead to.
 * What is said of it is made by {@link Sentences}.
 */
public final class Explanation {

    /**
     * The instance that answers.
     *
     * @param away since when it cannot reach the registry; null while it can
     * @param stuck since when all its slots are held by runs that are overdue; null while they are not
     * @param drain an operator's command to take nothing new; null without one
     */
    public record Observer(
            String name,
            @Nullable Instant away,
            EngineStatus.Clock clock,
            boolean slotFree,
            @Nullable Instant stuck,
            Instance.@Nullable Drain drain) {}

    private final Situation.Job job;
    private final Situation.Instances instances;
    private final @Nullable List<Situation.Shard> shards;
    private final SortedSet<Long> waiting;
    private final List<LimitView> limits;
    private final @Nullable FiringRecord firings;
    private final List<PlanStatus> plans;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    private Explanation(Situation situation, Instant now) {
        this.job = situation.job();
        this.instances = situation.instances();
        this.shards = situation.shards();
        this.waiting = situation.waiting();
        this.limits = situation.limits();
        this.firings = situation.firings();
        this.plans = situation.plans();
        this.now = now;
    }

    /**
     * Why the job does not run, as of now; if nothing is in its way, when it does.
     *
     * @param now registry time
     */
    public static List<Finding> now(Situation situation, Observer observer, Instant now) {
        Explanation explanation = new Explanation(situation, now);
        explanation.observer(observer);
        explanation.present();
        return List.copyOf(explanation.findings);
    }

    /**
     * What became of the firing at an instant, or the last one before it; of one to come, what is in its way.
     *
     * @param now registry time
     */
    public static List<Finding> at(Situation situation, Observer observer, Instant at, Instant now) {
        Explanation explanation = new Explanation(situation, now);
        JobDefinition definition = situation.job().definition();
        if (definition != null) {
            explanation.fireTime(definition.schedule(), at);
        }
        if (definition == null || at.isAfter(now) || explanation.past(definition, at)) {
            explanation.observer(observer);
            explanation.present();
        }
        return List.copyOf(explanation.findings);
    }

    private void find(Finding.Code code, String text, Map<String, Object> fields) {
        findings.add(new Finding(code, text, fields));
    }

    // ---- The instance that answers --------------------------------------------------------------------------------

    private void observer(Observer observer) {
        Map<String, Object> self = Map.of("instance", observer.name());
        Instant away = observer.away();
        if (away != null) {
            find(
                    Finding.Code.REGISTRY_AWAY,
                    Sentences.registryAway(observer.name(), away),
                    Map.of("instance", observer.name(), "since", away));
        }
        Instance.Drain drain = observer.drain();
        if (drain != null) {
            find(
                    Finding.Code.INSTANCE_DRAINED,
                    Sentences.drained(observer.name(), drain),
                    by(drain.who(), drain.when(), drain.why(), self));
        }
        findings.addAll(ClockFindings.of(observer.name(), observer.clock()));
        Instant stuck = observer.stuck();
        if (stuck != null) {
            find(
                    Finding.Code.SLOTS_STUCK,
                    Sentences.slotsStuck(observer.name(), stuck),
                    Map.of("instance", observer.name(), "since", stuck));
        } else if (!observer.slotFree()) {
            find(Finding.Code.NO_FREE_SLOT, Sentences.noFreeSlot(observer.name()), self);
        }
    }

    // ---- As of now ------------------------------------------------------------------------------------------------

    private void present() {
        JobDefinition definition = job.definition();
        String trouble = job.trouble();
        if (trouble != null || definition == null) {
            find(Finding.Code.UNUSABLE, Sentences.unusable(trouble), Map.of("problem", String.valueOf(trouble)));
        }
        if (definition == null) {
            return;
        }
        if (!definition.enabled()) {
            disabled(definition);
        }
        job.stored().switches().shards().forEach(this::shardSwitch);
        if (job.standing().mayRun()) {
            findings.addAll(PlacementFindings.of(instances, shards, definition));
            processesLeft(definition);
        } else {
            undeclared();
        }
        findings.addAll(LimitFindings.of(job.stored().name(), limits));
        shards(definition);
        job.stored().shardCount().upcoming(now).ifPresent(this::shardsChange);
        hiddenDeclarations(definition);
        instances.sharedNames().forEach(this::sharedName);
        triggers();
        next(definition);
    }

    private void sharedName(String name, SortedSet<String> instances) {
        find(
                Finding.Code.NAME_SHARED,
                Sentences.nameShared(name, instances),
                Map.of("name", name, "instances", List.copyOf(instances)));
    }

    /** That it is disabled is told by itself. */
    private void hiddenDeclarations(JobDefinition definition) {
        JobDefinition declared;
        try {
            declared = JobDefinition.of(job.stored().name(), job.stored().declared());
        } catch (IllegalArgumentException unusable) {
            return; // that is told by itself
        }
        if (job.stored().isMade()) {
            return;
        }
        for (HiddenDeclaration hidden :
                HiddenDeclaration.of(declared, job.stored().overrides())) {
            if (hidden.key() == JobKey.ENABLED && !definition.enabled()) {
                continue;
            }
            StoredJob.Override override = hidden.override();
            find(
                    Finding.Code.DECLARATION_HIDDEN,
                    Sentences.declarationHidden(hidden),
                    by(
                            override.who(),
                            override.when(),
                            override.why(),
                            Map.of(
                                    "key",
                                    hidden.key().key(),
                                    "declared",
                                    hidden.declaredInWords(),
                                    "overriding",
                                    hidden.overridingInWords())));
        }
    }

    private void shardsChange(ShardCount.Upcoming upcoming) {
        find(
                Finding.Code.SHARDS_CHANGE,
                Sentences.shardsChange(upcoming),
                Map.of(
                        "from",
                        upcoming.from(),
                        "shardingTotalCount",
                        upcoming.count(),
                        "shardingTotalCountUntil",
                        upcoming.until()));
    }

    private void disabled(JobDefinition definition) {
        StoredJob.Override override = job.stored().overrides().get(JobKey.ENABLED);
        if (override == null) {
            String source = definition
                    .setting(JobKey.ENABLED)
                    .map(Setting::source)
                    .orElse(Setting.Source.DEFAULT)
                    .name();
            find(
                    Finding.Code.DISABLED,
                    Sentences.declaredDisabled(job.stored().application(), source),
                    Map.of("source", source));
        } else {
            find(
                    Finding.Code.DISABLED,
                    Sentences.disabled(override),
                    by(override.who(), override.when(), override.why(), Map.of("source", "OVERRIDE")));
        }
    }

    private void shardSwitch(int shard, Switches.Switch set) {
        if (!set.on()) {
            find(
                    Finding.Code.SHARD_DISABLED,
                    Sentences.shardDisabled(shard, set),
                    by(set.who(), set.when(), set.why(), Map.of("shards", List.of(shard))));
        }
    }

    /** Each instance counts by itself: those that do not run it are told, too. */
    private void processesLeft(JobDefinition definition) {
        if (definition.broadcast()
                && instances.eligible() > 0
                && definition.placement().isEnough(instances.eligible())) {
            findings.addAll(PlacementFindings.obstacles(instances));
        }
        Map<String, SortedSet<Integer>> left = new TreeMap<>();
        for (Situation.Shard shard : shards == null ? List.<Situation.Shard>of() : shards) {
            ProcessShards.Holder holder =
                    job.stored().shardCount().processes().byShard().get(shard.item());
            if (holder != null && shard.assignee() == null) {
                left.computeIfAbsent(holder.process().name(), any -> new TreeSet<>())
                        .add(shard.item());
            }
        }
        left.forEach((name, of) -> find(
                Finding.Code.PROCESS_GONE,
                Sentences.processGone(of, name),
                Map.of("shards", List.copyOf(of), "instance", name)));
    }

    private void undeclared() {
        String application = job.stored().application();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("application", application);
        fields.put("instances", instances.live().size());
        if (job.standing() == Standing.ABSENT) {
            find(Finding.Code.UNDECLARED, Sentences.absent(application), fields);
            return;
        }
        Optional<Instant> since = job.stored().undeclaredSince();
        since.ifPresent(at -> fields.put("since", at));
        find(Finding.Code.UNDECLARED, Sentences.undeclared(job.stored()), fields);
    }

    private void shards(JobDefinition definition) {
        List<Situation.Shard> shards = this.shards;
        if (shards == null) {
            find(Finding.Code.RECORDS_UNKNOWN, Sentences.recordsUnknown(), Map.of());
            return;
        }
        FailureFindings failures = new FailureFindings();
        ShardGroups running = new ShardGroups();
        ShardGroups gone = new ShardGroups();
        ShardGroups due = new ShardGroups();
        ShardGroups skipped = new ShardGroups();
        ShardStep.Job step = step(definition);
        for (Situation.Shard shard : shards) {
            ShardRecord record = shard.record();
            failures.add(shard, definition);
            if (shard.unreadable() != null) {
                unreadable(shard.item(), shard.unreadable());
            } else if (ArrayFindings.alone(record, instances.live()).isPresent()) {
                ArrayFindings.alone(record, instances.live()).ifPresent(findings::add);
            } else if (record.state() instanceof ShardState.Running runs) {
                ShardState.Attempt attempt = runs.attempt();
                (instances.live().contains(attempt.owner()) ? running : gone)
                        .add(shard, attempt.owner(), attempt.firing(), attempt.startedAt());
            } else if (shard.assignee() != null || !ProcessShards.isOne(shard.item())) {
                DueFiring.of(step, shard.item(), record, now)
                        .ifPresent(found -> (found.skipped() ? skipped : due)
                                .add(
                                        shard,
                                        shard.assignee() == null ? "" : shard.assignee(),
                                        new Firing.Scheduled(found.fireTime()),
                                        found.fireTime()));
            }
        }
        running.tell(Finding.Code.RUNNING, group -> Sentences.running(group, now, definition), findings);
        failures.tell(findings);
        gone.tell(
                Finding.Code.OWNER_GONE,
                group -> Sentences.ownerGone(group, definition.failover().wanted()),
                findings);
        due.tell(Finding.Code.DUE, Sentences::due, findings);
        skipped.tell(Finding.Code.MISFIRE_SKIPPED, group -> Sentences.misfireSkipped(group, definition), findings);
        findings.addAll(FiringFindings.of(definition, firings, shards));
        findings.addAll(WaitingFindings.of(step, shards, now));
    }

    private void unreadable(int shard, String why) {
        find(
                Finding.Code.SHARD_UNREADABLE,
                Sentences.unreadable(shard, why),
                Map.of("shards", List.of(shard), "problem", why));
    }

    private ShardStep.Job step(JobDefinition definition) {
        ShardStep.Job step = new ShardStep.Job(
                definition,
                job.stored().since(),
                job.stored().shardCount(),
                job.stored().switches(),
                Triggers.NONE,
                definition.schedule().latest(now).orElse(null));
        return firings == null ? step : step.behind(new Barrier(firings));
    }

    private void triggers() {
        if (!waiting.isEmpty()) {
            find(
                    Finding.Code.TRIGGERS_WAITING,
                    Sentences.triggersWaiting(waiting),
                    Map.of("triggers", List.copyOf(waiting)));
        }
        plans.forEach(plan -> find(
                Finding.Code.PLANNED,
                Sentences.planned(plan),
                by(plan.by().who(), plan.requestedAt(), plan.by().why(), Map.of("id", plan.id()))));
    }

    private void next(JobDefinition definition) {
        Schedule schedule = definition.schedule();
        if (schedule instanceof Schedule.None) {
            find(Finding.Code.NO_SCHEDULE, Sentences.noSchedule(), Map.of());
            return;
        }
        if (schedule.isByEnd()) {
            AfterEnds coming = AfterEnds.of(step(definition), shards == null ? List.of() : shards);
            if (definition.enabled() && definition.placement().isEnough(instances.eligible())) {
                find(Finding.Code.NEXT_FIRING, Sentences.nextFiring(schedule, coming), coming.fields());
            }
            return;
        }
        Optional<Instant> next = schedule.next(now);
        if (next.isEmpty()) {
            Map<String, Object> last = schedule.latest(now)
                    .<Map<String, Object>>map(at -> Map.of("last", at))
                    .orElse(Map.of());
            Instant since = job.stored().since();
            find(Finding.Code.SCHEDULE_OVER, Sentences.scheduleOver(schedule, schedule.latest(now), since), last);
        } else if (definition.enabled() && definition.placement().isEnough(instances.eligible())) {
            find(
                    Finding.Code.NEXT_FIRING,
                    Sentences.nextFiring(schedule, next.get(), definition.jitter()),
                    Map.of("fireTime", next.get()));
            if (schedule.base() instanceof Schedule.Cron cron) {
                cron.nextSkipped(now, Duration.ofDays(366))
                        .filter(fireTime -> schedule.latest(fireTime).equals(Optional.of(fireTime)))
                        .ifPresent(fireTime -> clockChange(cron, fireTime));
            }
        }
    }

    private void clockChange(Schedule.Cron cron, Instant fireTime) {
        cron.skippedReading(fireTime).ifPresent(named -> {
            LocalDateTime reads = LocalDateTime.ofInstant(fireTime, cron.zone());
            find(
                    Finding.Code.CLOCK_CHANGE,
                    Sentences.clockChange(cron.zone(), named, fireTime, reads),
                    Map.of("fireTime", fireTime, "named", named.toString(), "reads", reads.toString()));
        });
    }

    // ---- Of a time ------------------------------------------------------------------------------------------------

    private void fireTime(Schedule schedule, Instant at) {
        Optional<Instant> latest = schedule.latest(at);
        if (schedule.isByEnd() || latest.filter(at::equals).isPresent()) {
            return;
        }
        Map<String, Object> around = new LinkedHashMap<>();
        latest.ifPresent(before -> around.put("before", before));
        schedule.next(at).ifPresent(after -> around.put("after", after));
        find(Finding.Code.NOT_A_FIRE_TIME, Sentences.notAFireTime(schedule, at, latest), around);
    }

    /** @return whether some shard still has the firing before it */
    private boolean past(JobDefinition definition, Instant at) {
        Instant firing = definition.schedule().isByEnd()
                ? at
                : definition.schedule().latest(at).orElse(null);
        if (firing == null) {
            return true;
        }
        Instant since = job.stored().since();
        if (firing.isBefore(since)) {
            find(Finding.Code.BEFORE_SINCE, Sentences.beforeSince(since), Map.of("since", since));
            return false;
        }
        if (!definition.monitorExecution()) {
            find(Finding.Code.NOT_MONITORED, Sentences.notMonitored(), Map.of());
            return false;
        }
        List<Situation.Shard> shards = this.shards;
        return shards == null || past(step(definition), firing, shards);
    }

    private boolean past(ShardStep.Job step, Instant firing, List<Situation.Shard> shards) {
        ShardGroups ran = new ShardGroups();
        ShardGroups later = new ShardGroups();
        ShardGroups decided = new ShardGroups();
        ShardGroups notYet = new ShardGroups();
        boolean open = false;
        for (Situation.Shard shard : shards) {
            if (!job.stored().shardCount().has(shard.item(), firing) || shard.unreadable() != null) {
                continue;
            }
            ShardRecord record = shard.record();
            Instant through = record.through();
            Instant last = record.fireTime().orElse(null);
            if (firing.equals(last) && record.state() instanceof ShardState.Done done) {
                ran.add(shard, done.attempt().owner(), record.firing(), record.startedAt(), record.outcome());
            } else if (last != null && last.isAfter(firing)) {
                String owner = record.latest().map(ShardState.Attempt::owner).orElse("");
                later.add(shard, owner, record.firing(), record.startedAt());
            } else if (through != null && !firing.isAfter(through)) {
                decided.add(shard, "", new Firing.Scheduled(firing), through);
            } else if (firing.isBefore(step.since(shard.item()))) {
                notYet.add(shard, "", new Firing.Scheduled(firing), step.since(shard.item()));
            } else {
                open = true;
            }
        }
        ran.tell(Finding.Code.HAS_RUN, Sentences::hasRun, findings);
        later.tell(Finding.Code.LATER_FIRING_RAN, Sentences::laterFiringRan, findings);
        decided.tell(
                Finding.Code.DECIDED_WITHOUT_RUNNING,
                group ->
                        Sentences.decidedWithoutRunning(group, step.definition().misfire()),
                findings);
        notYet.tell(Finding.Code.BEFORE_SINCE, Sentences::notYetEnabled, findings);
        return open;
    }

    // ---- Fields ----------------------------------------------------------------------------------------------------

    private static Map<String, Object> by(String who, Instant when, String why, Map<String, Object> more) {
        Map<String, Object> all = new LinkedHashMap<>(more);
        all.put("who", who);
        all.put("when", when);
        all.put("why", why);
        return all;
    }
}
