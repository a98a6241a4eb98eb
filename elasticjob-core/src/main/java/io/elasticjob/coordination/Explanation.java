package io.elasticjob.coordination;

import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Schedule;
import io.elasticjob.Setting;
import io.elasticjob.ShardRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Why a job does not run, or did not at some time: said from what is known of it, the reasons before what they lead to. */
public final class Explanation {

    /**
     * The instance that answers.
     *
     * @param away since when it can not reach the registry; null while it can
     * @param drain an operator's command to take nothing new; null without one
     */
    public record Observer(
            String name, @Nullable Instant away, boolean clockOff, boolean slotFree, Instance.@Nullable Drain drain) {}

    /**
     * A shard.
     *
     * @param assignee id of the instance that should run it; null without one
     * @param unreadable why its record can not be read; null when it can
     */
    public record Shard(
            int item,
            @Nullable String assignee,
            ShardRecord record,
            @Nullable String unreadable) {}

    /**
     * What is known of the job.
     *
     * @param definition what holds; null when that makes no job for the answering instance
     * @param trouble why the answering instance can not use it; null when all is well
     * @param live ids of all live instances
     * @param obstacles for each live instance that may not run it, why
     * @param shards with their records; null when these could not be read
     * @param waiting numbers of the triggers that are not done
     */
    public record Situation(
            StoredJob stored,
            @Nullable JobDefinition definition,
            @Nullable String trouble,
            SortedSet<String> live,
            Map<String, String> obstacles,
            @Nullable List<Shard> shards,
            SortedSet<Long> waiting) {

        private boolean isRunnable() {
            return live.stream().anyMatch(instance -> !obstacles.containsKey(instance));
        }
    }

    private final Situation job;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    private Explanation(Situation job, Instant now) {
        this.job = job;
        this.now = now;
    }

    /**
     * Why the job does not run, as of now; if nothing is in its way, when it does.
     *
     * @param now registry time
     */
    public static List<Finding> now(Situation job, Observer observer, Instant now) {
        Explanation explanation = new Explanation(job, now);
        explanation.observer(observer);
        explanation.present();
        return List.copyOf(explanation.findings);
    }

    /**
     * What became of the firing at an instant, or the last one before it; of one to come, what is in its way.
     *
     * @param now registry time
     */
    public static List<Finding> at(Situation job, Observer observer, Instant at, Instant now) {
        Explanation explanation = new Explanation(job, now);
        JobDefinition definition = job.definition();
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
                    observer.name() + " can not reach the registry since " + away
                            + ": it begins nothing, and what it tells is what it last knew",
                    Map.of("instance", observer.name(), "since", away));
        }
        Instance.Drain drain = observer.drain();
        if (drain != null) {
            find(
                    Finding.Code.INSTANCE_DRAINED,
                    observer.name() + " was drained" + by(drain.who(), drain.when(), drain.why())
                            + ": its shards are others'",
                    by(drain.who(), drain.when(), drain.why(), self));
        }
        if (observer.clockOff()) {
            find(
                    Finding.Code.CLOCK_OFF,
                    "The clock of " + observer.name() + " is too far from the registry's: it takes nothing",
                    self);
        }
        if (!observer.slotFree()) {
            find(
                    Finding.Code.NO_FREE_SLOT,
                    observer.name() + " runs as many shards as it may at a time: more wait for a free slot",
                    self);
        }
    }

    // ---- As of now ------------------------------------------------------------------------------------------------

    private void present() {
        JobDefinition definition = job.definition();
        String trouble = job.trouble();
        if (trouble != null || definition == null) {
            find(
                    Finding.Code.UNUSABLE,
                    "The answering instance can not use the job, or what it declares of it: " + trouble,
                    Map.of("problem", String.valueOf(trouble)));
        }
        if (definition == null) {
            return;
        }
        if (!definition.enabled()) {
            disabled(definition);
        }
        job.stored().switches().shards().forEach(this::shardSwitch);
        eligibility();
        shards(definition);
        triggers();
        next(definition);
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
                    job.stored().application() + " declares the job as disabled (" + source + ")",
                    Map.of("source", source));
        } else {
            find(
                    Finding.Code.DISABLED,
                    "The job was disabled" + by(override.who(), override.when(), override.why()),
                    by(override.who(), override.when(), override.why(), Map.of("source", "OVERRIDE")));
        }
    }

    private void shardSwitch(int shard, Switches.Switch set) {
        if (!set.on()) {
            find(
                    Finding.Code.SHARD_DISABLED,
                    "Shard " + shard + " was disabled" + by(set.who(), set.when(), set.why()),
                    by(set.who(), set.when(), set.why(), Map.of("shards", List.of(shard))));
        }
    }

    private void eligibility() {
        if (job.isRunnable()) {
            return;
        }
        find(
                Finding.Code.NO_ELIGIBLE_INSTANCE,
                job.live().isEmpty()
                        ? "There is no live instance"
                        : "None of the " + job.live().size() + " live instances may run it",
                Map.of("instances", job.live().size()));
        job.obstacles()
                .forEach((instance, why) -> find(
                        Finding.Code.INSTANCE_NOT_ELIGIBLE,
                        instance + " is not eligible: it " + why,
                        Map.of("instance", instance, "why", why)));
    }

    private void shards(JobDefinition definition) {
        List<Shard> shards = job.shards();
        if (shards == null) {
            find(Finding.Code.RECORDS_UNKNOWN, "The records of its shards could not be read", Map.of());
            return;
        }
        ShardGroups running = new ShardGroups();
        ShardGroups gone = new ShardGroups();
        ShardGroups due = new ShardGroups();
        ShardGroups skipped = new ShardGroups();
        ShardStep.Job step = step(definition);
        for (Shard shard : shards) {
            ShardRecord record = shard.record();
            if (shard.unreadable() != null) {
                unreadable(shard.item(), shard.unreadable());
            } else if (record.isRunning()) {
                String owner = String.valueOf(record.owner());
                (job.live().contains(owner) ? running : gone).add(shard, owner, record.firing(), record.startedAt());
            } else {
                DueFiring.of(step, shard.item(), record, now)
                        .ifPresent(found -> (found.skipped() ? skipped : due)
                                .add(
                                        shard,
                                        shard.assignee() == null ? "" : shard.assignee(),
                                        new Firing.Scheduled(found.fireTime()),
                                        found.fireTime()));
            }
        }
        running.tell(
                Finding.Code.RUNNING,
                group -> group.shards() + ": " + group.firing() + " runs on " + group.instance() + " since "
                        + group.since() + "; a firing that comes due meanwhile "
                        + (definition.misfire() == Misfire.SKIP ? "is skipped" : "waits for the end"),
                findings);
        gone.tell(
                Finding.Code.OWNER_GONE,
                group -> group.shards() + ": " + group.instance() + ", which ran " + group.firing()
                        + ", is not among the live instances; once it is known to be dead, that is "
                        + (definition.failover() ? "run again" : "recorded as lost"),
                findings);
        due.tell(
                Finding.Code.DUE,
                group -> group.shards() + ": the firing of " + group.since() + " is due, and nobody has begun it"
                        + (group.instance().isEmpty() ? "" : "; it is up to " + group.instance()),
                findings);
        skipped.tell(
                Finding.Code.MISFIRE_SKIPPED,
                group -> group.shards() + ": the firing of " + group.since()
                        + " is not run, since it came due longer ago than misfireThreshold, and misfire=SKIP",
                findings);
    }

    private void unreadable(int shard, String why) {
        find(
                Finding.Code.SHARD_UNREADABLE,
                "The record of shard " + shard + " can not be read: " + why,
                Map.of("shards", List.of(shard), "problem", why));
    }

    private ShardStep.Job step(JobDefinition definition) {
        return new ShardStep.Job(
                definition,
                job.stored().since(),
                job.stored().shardCount(),
                job.stored().switches(),
                Triggers.NONE,
                definition.schedule().latest(now).orElse(null));
    }

    private void triggers() {
        if (!job.waiting().isEmpty()) {
            find(
                    Finding.Code.TRIGGERS_WAITING,
                    "Triggers that are not done: "
                            + String.join(
                                    ", ",
                                    job.waiting().stream().map(String::valueOf).toList()),
                    Map.of("triggers", List.copyOf(job.waiting())));
        }
    }

    private void next(JobDefinition definition) {
        Schedule schedule = definition.schedule();
        if (schedule instanceof Schedule.None) {
            find(Finding.Code.NO_SCHEDULE, "The job has no schedule: it runs only when it is triggered", Map.of());
            return;
        }
        Optional<Instant> next = schedule.next(now);
        if (next.isEmpty()) {
            Map<String, Object> last = schedule.latest(now)
                    .<Map<String, Object>>map(at -> Map.of("last", at))
                    .orElse(Map.of());
            find(Finding.Code.SCHEDULE_OVER, "The schedule (" + schedule + ") has no further fire time", last);
        } else if (definition.enabled() && job.isRunnable()) {
            find(Finding.Code.NEXT_FIRING, "It fires next at " + next.get(), Map.of("fireTime", next.get()));
        }
    }

    // ---- Of a time ------------------------------------------------------------------------------------------------

    private void fireTime(Schedule schedule, Instant at) {
        Optional<Instant> latest = schedule.latest(at);
        if (latest.filter(at::equals).isPresent()) {
            return;
        }
        Map<String, Object> around = new LinkedHashMap<>();
        latest.ifPresent(before -> around.put("before", before));
        schedule.next(at).ifPresent(after -> around.put("after", after));
        find(
                Finding.Code.NOT_A_FIRE_TIME,
                at + " is no fire time of the present schedule (" + schedule + ")"
                        + latest.map(before -> ", the last before it is " + before)
                                .orElse(""),
                around);
    }

    /** @return whether some shard still has the firing before it */
    private boolean past(JobDefinition definition, Instant at) {
        Instant firing = definition.schedule().latest(at).orElse(null);
        if (firing == null) {
            return true;
        }
        Instant since = job.stored().since();
        if (firing.isBefore(since)) {
            find(
                    Finding.Code.BEFORE_SINCE,
                    "The job was made or enabled, or its schedule changed, at " + since
                            + ": firings before that are never due",
                    Map.of("since", since));
            return false;
        }
        if (!definition.monitorExecution()) {
            find(
                    Finding.Code.NOT_MONITORED,
                    "Nothing is recorded of the job (monitorExecution=false), so that nothing can be told",
                    Map.of());
            return false;
        }
        List<Shard> shards = job.shards();
        return shards == null || past(step(definition), firing, shards);
    }

    private boolean past(ShardStep.Job step, Instant firing, List<Shard> shards) {
        ShardGroups ran = new ShardGroups();
        ShardGroups later = new ShardGroups();
        ShardGroups decided = new ShardGroups();
        ShardGroups notYet = new ShardGroups();
        boolean open = false;
        for (Shard shard : shards) {
            if (shard.item() >= job.stored().shardCount().at(firing) || shard.unreadable() != null) {
                continue;
            }
            ShardRecord record = shard.record();
            Instant through = record.through();
            Instant last = record.fireTime().orElse(null);
            if (firing.equals(last) && record.state() == ShardRecord.State.DONE) {
                ran.add(shard, String.valueOf(record.owner()), record.firing(), record.startedAt(), record.outcome());
            } else if (last != null && last.isAfter(firing)) {
                later.add(shard, String.valueOf(record.owner()), record.firing(), record.startedAt());
            } else if (through != null && !firing.isAfter(through)) {
                decided.add(shard, "", new Firing.Scheduled(firing), through);
            } else if (firing.isBefore(step.since(shard.item()))) {
                notYet.add(shard, "", new Firing.Scheduled(firing), step.since(shard.item()));
            } else {
                open = true;
            }
        }
        ran.tell(
                Finding.Code.HAS_RUN,
                group -> group.shards() + ": ran on " + group.instance() + " at " + group.since() + ", "
                        + group.outcome(),
                findings);
        later.tell(
                Finding.Code.LATER_FIRING_RAN,
                group -> group.shards() + ": " + group.firing()
                        + " has begun since, and the record tells no more of earlier ones",
                findings);
        decided.tell(
                Finding.Code.DECIDED_WITHOUT_RUNNING,
                group -> group.shards() + ": it was decided not to run it, because "
                        + (step.definition().misfire() == Misfire.SKIP
                                ? "it misfired and misfire=SKIP, or because a later firing had come due"
                                : "a later firing had come due"),
                findings);
        notYet.tell(
                Finding.Code.BEFORE_SINCE,
                group -> group.shards() + ": enabled at " + group.since() + "; firings before that are never due",
                findings);
        return open;
    }

    // ---- Words ----------------------------------------------------------------------------------------------------

    private static String by(String who, Instant when, String why) {
        return (who.isEmpty() ? "" : " by " + who) + " at " + when + (why.isEmpty() ? "" : ": " + why);
    }

    private static Map<String, Object> by(String who, Instant when, String why, Map<String, Object> more) {
        Map<String, Object> all = new LinkedHashMap<>(more);
        all.put("who", who);
        all.put("when", when);
        all.put("why", why);
        return all;
    }
}
