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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Why a job does not run, or did not at some time: said from what is known of it, the reasons before what they lead to. */
public final class Explanation {

    /** What a finding is about. The names are part of the endpoint's answers. */
    public enum Code {
        /** The answering instance has lost the registry: what it tells is what it last knew. */
        REGISTRY_AWAY,
        /** The answering instance can not use the job. */
        UNUSABLE,
        /** An operator has drained the answering instance. */
        INSTANCE_DRAINED,
        /** The answering instance's clock is too far from the registry's, so that it takes nothing. */
        CLOCK_OFF,
        /** The answering instance runs as much as it may. */
        NO_FREE_SLOT,
        /** The job as a whole is switched off. */
        DISABLED,
        SHARD_DISABLED,
        /** It fires by no schedule. */
        NO_SCHEDULE,
        /** Its schedule has no fire time any more. */
        SCHEDULE_OVER,
        /** No live instance may run it. */
        NO_ELIGIBLE_INSTANCE,
        /** Why one live instance may not; told only where none may. */
        INSTANCE_NOT_ELIGIBLE,
        /** What is stored of a shard can not be read by the answering instance. */
        SHARD_UNREADABLE,
        /** A live instance runs a shard; what comes due waits for its end. */
        RUNNING,
        /** Whoever ran a shard is not among the live instances. */
        OWNER_GONE,
        /** A firing has come due and nobody has begun it. */
        DUE,
        /** A firing came due too long ago, and the job says to skip such ones. */
        MISFIRE_SKIPPED,
        TRIGGERS_WAITING,
        /** When it fires next, if nothing changes. */
        NEXT_FIRING,
        /** The schedule does not name the instant that was asked about. */
        NOT_A_FIRE_TIME,
        /** The present schedule took effect only later. */
        BEFORE_SINCE,
        /** A shard has run the firing. */
        HAS_RUN,
        /** A shard has run a later firing since; its record tells nothing more of this one. */
        LATER_FIRING_RAN,
        /** It was decided not to run the firing: skipped, or a later one had come due. */
        DECIDED_WITHOUT_RUNNING,
        /** Nothing is recorded of the job, so that nothing can be told. */
        NOT_MONITORED,
        /** The records of the shards could not be read. */
        RECORDS_UNKNOWN
    }

    /**
     * One thing that is known.
     *
     * @param text a sentence for people
     * @param fields the same for machines: texts, numbers, instants, lists of them
     */
    public record Finding(Code code, String text, Map<String, Object> fields) {

        public Finding {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }
    }

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
        if (definition == null || at.isAfter(now)) {
            explanation.observer(observer);
            explanation.present();
        } else if (explanation.past(definition, at)) {
            explanation.observer(observer);
            explanation.present();
        }
        return List.copyOf(explanation.findings);
    }

    private void find(Code code, String text, Map<String, Object> fields) {
        findings.add(new Finding(code, text, fields));
    }

    // ---- The instance that answers --------------------------------------------------------------------------------

    private void observer(Observer observer) {
        Map<String, Object> self = Map.of("instance", observer.name());
        Instant away = observer.away();
        if (away != null) {
            find(
                    Code.REGISTRY_AWAY,
                    observer.name() + " can not reach the registry since " + away
                            + ": it begins nothing, and what it tells is what it last knew",
                    Map.of("instance", observer.name(), "since", away));
        }
        Instance.Drain drain = observer.drain();
        if (drain != null) {
            find(
                    Code.INSTANCE_DRAINED,
                    observer.name() + " was drained" + by(drain.who(), drain.when(), drain.why())
                            + ": its shards are others'",
                    with(self, by(drain.who(), drain.when(), drain.why(), Map.of())));
        }
        if (observer.clockOff()) {
            find(
                    Code.CLOCK_OFF,
                    "The clock of " + observer.name() + " is too far from the registry's: it takes nothing",
                    self);
        }
        if (!observer.slotFree()) {
            find(
                    Code.NO_FREE_SLOT,
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
                    Code.UNUSABLE,
                    "The answering instance can not use the job: " + trouble,
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
                    Code.DISABLED,
                    job.stored().application() + " declares the job as disabled (" + source + ")",
                    Map.of("source", source));
        } else {
            find(
                    Code.DISABLED,
                    "The job was disabled" + by(override.who(), override.when(), override.why()),
                    by(override.who(), override.when(), override.why(), Map.of("source", "OVERRIDE")));
        }
    }

    private void shardSwitch(int shard, Switches.Switch set) {
        if (!set.on()) {
            find(
                    Code.SHARD_DISABLED,
                    "Shard " + shard + " was disabled" + by(set.who(), set.when(), set.why()),
                    by(set.who(), set.when(), set.why(), Map.of("shards", List.of(shard))));
        }
    }

    private void eligibility() {
        if (job.isRunnable()) {
            return;
        }
        find(
                Code.NO_ELIGIBLE_INSTANCE,
                job.live().isEmpty()
                        ? "There is no live instance"
                        : "None of the " + job.live().size() + " live instances may run it",
                Map.of("instances", job.live().size()));
        job.obstacles()
                .forEach((instance, why) -> find(
                        Code.INSTANCE_NOT_ELIGIBLE,
                        instance + " is not eligible: it " + why,
                        Map.of("instance", instance, "why", why)));
    }

    private void shards(JobDefinition definition) {
        List<Shard> shards = job.shards();
        if (shards == null) {
            find(Code.RECORDS_UNKNOWN, "The records of its shards could not be read", Map.of());
            return;
        }
        Groups running = new Groups();
        Groups gone = new Groups();
        Groups due = new Groups();
        Groups skipped = new Groups();
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
                Code.RUNNING,
                group -> group.shards() + ": " + group.firing() + " runs on " + group.instance() + " since "
                        + group.since() + "; a firing that comes due meanwhile "
                        + (definition.misfire() == Misfire.SKIP ? "is skipped" : "waits for the end"));
        gone.tell(
                Code.OWNER_GONE,
                group -> group.shards() + ": " + group.instance() + ", which ran " + group.firing()
                        + ", is not among the live instances; once it is known to be dead, that is "
                        + (definition.failover() ? "run again" : "recorded as lost"));
        due.tell(
                Code.DUE,
                group -> group.shards() + ": the firing of " + group.since() + " is due, and nobody has begun it"
                        + (group.instance().isEmpty() ? "" : "; it is up to " + group.instance()));
        skipped.tell(
                Code.MISFIRE_SKIPPED,
                group -> group.shards() + ": the firing of " + group.since()
                        + " is not run, since it came due longer ago than misfireThreshold, and misfire=SKIP");
    }

    private void unreadable(int shard, String why) {
        find(
                Code.SHARD_UNREADABLE,
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
                    Code.TRIGGERS_WAITING,
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
            find(Code.NO_SCHEDULE, "The job has no schedule: it runs only when it is triggered", Map.of());
            return;
        }
        Optional<Instant> next = schedule.next(now);
        if (next.isEmpty()) {
            Map<String, Object> last = schedule.latest(now)
                    .<Map<String, Object>>map(at -> Map.of("last", at))
                    .orElse(Map.of());
            find(Code.SCHEDULE_OVER, "The schedule (" + schedule + ") has no further fire time", last);
        } else if (definition.enabled() && job.isRunnable()) {
            find(Code.NEXT_FIRING, "It fires next at " + next.get(), Map.of("fireTime", next.get()));
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
                Code.NOT_A_FIRE_TIME,
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
                    Code.BEFORE_SINCE,
                    "The job was made or enabled, or its schedule changed, at " + since
                            + ": firings before that are never due",
                    Map.of("since", since));
            return false;
        }
        if (!definition.monitorExecution()) {
            find(
                    Code.NOT_MONITORED,
                    "Nothing is recorded of the job (monitorExecution=false), so that nothing can be told",
                    Map.of());
            return false;
        }
        List<Shard> shards = job.shards();
        return shards == null || past(step(definition), firing, shards);
    }

    private boolean past(ShardStep.Job step, Instant firing, List<Shard> shards) {
        Groups ran = new Groups();
        Groups later = new Groups();
        Groups decided = new Groups();
        Groups notYet = new Groups();
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
                Code.HAS_RUN,
                group -> group.shards() + ": ran on " + group.instance() + " at " + group.since() + ", "
                        + group.outcome());
        later.tell(
                Code.LATER_FIRING_RAN,
                group -> group.shards() + ": " + group.firing()
                        + " has begun since, and the record tells no more of earlier ones");
        decided.tell(
                Code.DECIDED_WITHOUT_RUNNING,
                group -> group.shards() + ": it was decided not to run it, because "
                        + (step.definition().misfire() == Misfire.SKIP
                                ? "it misfired and misfire=SKIP, or because a later firing had come due"
                                : "a later firing had come due"));
        notYet.tell(
                Code.BEFORE_SINCE,
                group -> group.shards() + ": enabled at " + group.since() + "; firings before that are never due");
        return open;
    }

    // ---- Words ----------------------------------------------------------------------------------------------------

    private static String by(String who, Instant when, String why) {
        return (who.isEmpty() ? "" : " by " + who) + " at " + when + (why.isEmpty() ? "" : ": " + why);
    }

    private static Map<String, Object> by(String who, Instant when, String why, Map<String, Object> more) {
        return with(more, Map.of("who", who, "when", when, "why", why));
    }

    private static Map<String, Object> with(Map<String, Object> some, Map<String, Object> more) {
        Map<String, Object> all = new LinkedHashMap<>(some);
        all.putAll(more);
        return all;
    }

    /** Shards of which the same is to be said. */
    private final class Groups {

        private record Key(
                String instance,
                @Nullable Firing firing,
                @Nullable String outcome) {}

        private final Map<Key, SortedSet<Integer>> items = new LinkedHashMap<>();
        private final Map<Key, Instant> since = new LinkedHashMap<>();

        void add(Shard shard, String instance, @Nullable Firing firing, @Nullable Instant begun) {
            add(shard, instance, firing, begun, null);
        }

        /** Of several instants the earliest is told. */
        void add(
                Shard shard,
                String instance,
                @Nullable Firing firing,
                @Nullable Instant begun,
                @Nullable String outcome) {
            Key key = new Key(instance, firing, outcome);
            items.computeIfAbsent(key, any -> new TreeSet<>()).add(shard.item());
            if (begun != null) {
                since.merge(key, begun, (one, other) -> one.isBefore(other) ? one : other);
            }
        }

        void tell(Code code, Function<Group, String> text) {
            items.forEach((key, shards) -> {
                Group group = new Group(key, shards, since.get(key));
                find(code, text.apply(group), group.fields());
            });
        }

        private record Group(
                Key key, SortedSet<Integer> items, @Nullable Instant begun) {

            String shards() {
                return (items.size() == 1 ? "Shard " : "Shards ")
                        + String.join(", ", items.stream().map(String::valueOf).toList());
            }

            String instance() {
                return key.instance();
            }

            String firing() {
                return key.firing() == null ? "an unknown firing" : key.firing().text();
            }

            String outcome() {
                return String.valueOf(key.outcome());
            }

            String since() {
                return String.valueOf(begun);
            }

            Map<String, Object> fields() {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("shards", List.copyOf(items));
                if (!key.instance().isEmpty()) {
                    fields.put("instance", key.instance());
                }
                if (key.firing() != null) {
                    fields.put("firing", key.firing().text());
                }
                if (key.outcome() != null) {
                    fields.put("outcome", key.outcome());
                }
                if (begun != null) {
                    fields.put("since", begun);
                }
                return fields;
            }
        }
    }
}
