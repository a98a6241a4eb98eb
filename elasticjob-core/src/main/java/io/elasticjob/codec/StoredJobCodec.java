package io.elasticjob.codec;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.coordination.JobFormat;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.ShardParameters;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.coordination.Switches.Switch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of a job: what is declared grouped by who said so, what is overridden beside it. Its format is the first
 * one that can hold it; a version that does not know the format does not run the job, and does not write it.
 */
public final class StoredJobCodec {

    /** The most bytes that may be stored of a job. */
    public static final int MAX_BYTES = 512 * 1024;

    /** For who, when and why of a change. */
    private static final int SLACK = 4 * 1024;

    /** Names the parameters of firings before all changes, among those from fire times on. */
    private static final String BEFORE_ALL_CHANGES = "first";

    /** Fit for a part of a path, of a name and of an id. */
    private static final Pattern LIFE = Pattern.compile("[A-Za-z0-9.-]{1," + StoredJob.MAX_LIFE_LENGTH + "}");

    private StoredJobCodec() {}

    public static byte[] encode(StoredJob job) {
        Map<String, Map<String, String>> declared = new TreeMap<>();
        job.declared()
                .forEach((key, setting) -> declared.computeIfAbsent(
                                setting.source().name(), source -> new LinkedHashMap<>())
                        .put(key.key(), setting.value()));
        Map<String, Object> overrides = new LinkedHashMap<>();
        job.overrides().forEach((key, change) -> overrides.put(key.key(), fields(change)));
        ShardCount count = job.shardCount();
        Map<String, @Nullable Object> shards = new LinkedHashMap<>();
        shards.put("count", counted(count.first()));
        Map<String, Integer> changes = new LinkedHashMap<>();
        Map<String, Object> parameters = new LinkedHashMap<>();
        List<String> broadcast = new ArrayList<>();
        note(parameters, broadcast, BEFORE_ALL_CHANGES, count.first());
        count.changes().forEach((from, changed) -> {
            changes.put(from.toString(), counted(changed));
            note(parameters, broadcast, from.toString(), changed);
        });
        shards.put("changes", changes.isEmpty() ? null : changes);
        shards.put("parameters", parameters.isEmpty() ? null : parameters);
        shards.put("broadcast", broadcast.isEmpty() ? null : broadcast);
        shards.put("processes", count.processes().isEmpty() ? null : processes(count.processes()));

        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Members.FORMAT, JobFormat.of(job).number());
        fields.put("life", job.life().isEmpty() ? null : job.life());
        fields.put("application", job.application());
        fields.put("since", job.since());
        fields.put("shards", shards);
        fields.put("declared", declared);
        fields.put("overrides", overrides.isEmpty() ? null : overrides);
        fields.put("switches", job.switches().isEmpty() ? null : switches(job.switches()));
        StoredJob.Undeclared undeclared = job.marks().undeclared();
        fields.put("undeclaredSince", undeclared == null ? null : undeclared.since());
        fields.put(
                "undeclaredFor",
                undeclared == null ? null : undeclared.counted().toMillis());
        fields.put("undeclaredSeen", undeclared == null ? null : undeclared.seen());
        job.unknown().forEach(fields::putIfAbsent);
        return Json.write(fields);
    }

    /** An earlier version reads it, though it does not run the job. */
    private static int counted(ShardCount.Split split) {
        return Math.max(1, split.count());
    }

    private static Map<String, Object> processes(ProcessShards processes) {
        Map<String, Object> fields = new LinkedHashMap<>();
        processes
                .byShard()
                .forEach((shard, holder) -> fields.put(
                        shard.toString(),
                        Map.of(
                                "name", holder.process().name(),
                                "startedOrder", holder.process().startedOrder(),
                                "since", holder.since())));
        return fields;
    }

    private static void note(
            Map<String, Object> parameters, List<String> broadcast, String from, ShardCount.Split split) {
        if (split.count() == ShardCount.BROADCAST) {
            broadcast.add(from);
        }
        ShardParameters said = split.parameters();
        if (said != null) {
            parameters.put(from, ShardParametersCodec.members(said));
        }
    }

    /**
     * The same for what somebody wants stored now. What is stored already may be longer: it is read, and may be changed,
     * but not be made much longer.
     *
     * @param before how many bytes are stored of the job; 0 for a new one
     * @throws InvalidSettingException when it takes more than {@link #MAX_BYTES}
     */
    public static byte[] encodeChecked(StoredJob job, int before) {
        byte[] data = encode(job);
        if (data.length <= (before > MAX_BYTES ? before + SLACK : MAX_BYTES)) {
            return data;
        }
        String rule = "makes the job too long: all that is stored of a job may take " + MAX_BYTES
                + " bytes, as JSON, where a control character takes six; this would take " + data.length;
        int switches = job.switches().isEmpty() ? 0 : Json.write(switches(job.switches())).length;
        JobKey longestKey = JobKey.DESCRIPTION;
        String longest = "";
        int most = 0;
        Map<JobKey, String> values = new TreeMap<>();
        job.declared().forEach((key, setting) -> values.put(key, setting.value()));
        job.overrides()
                .forEach((key, change) ->
                        values.merge(key, change.value(), (one, other) -> other.length() > one.length() ? other : one));
        for (Map.Entry<JobKey, String> value : values.entrySet()) {
            int bytes = Json.write(Map.of("", value.getValue())).length;
            if (bytes > most) {
                most = bytes;
                longestKey = value.getKey();
                longest = value.getValue();
            }
        }
        if (switches > most) {
            int count =
                    job.switches().shards().size() + job.switches().instances().size();
            throw new InvalidSettingException(
                    job.name() + ".switches", count + " switches", rule + "; switch fewer off, or the whole job");
        }
        throw new InvalidSettingException(
                job.name() + "." + longestKey.key(),
                longestKey.isConfidential() ? InvalidSettingException.hidden(longest) : longest,
                rule);
    }

    private static Map<String, Object> fields(StoredJob.Override change) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("value", change.value());
        fields.put("who", change.who());
        fields.put("when", change.when());
        fields.put("why", change.why());
        return fields;
    }

    /**
     * @param name of the job, the name of its node
     */
    public static Decoded<StoredJob> decode(String name, byte[] bytes) {
        return Members.decode(bytes, JobDefinition.FORMAT, members -> job(name, members));
    }

    /**
     * Which life of its job a node is of, also where it makes no job for this version.
     *
     * @param created transaction id of its creation
     * @return empty when the node does not say
     */
    public static Optional<String> lifeIn(String name, byte[] bytes, long created) {
        if (decode(name, bytes) instanceof Decoded.Value<StoredJob> value) {
            return Optional.of(value.value().lifeUnder(created));
        }
        return Members.decode(bytes, Integer.MAX_VALUE, StoredJobCodec::life) instanceof Decoded.Value<String> value
                        && !value.value().isEmpty()
                ? Optional.of(value.value())
                : Optional.empty();
    }

    private static StoredJob job(String name, Members members) {
        return new StoredJob(
                name,
                life(members),
                new StoredJob.Settings(
                        members.text("application"),
                        declared(members.object("declared")),
                        overrides(members.object("overrides"))),
                members.instant("since"),
                shardCount(members.object("shards")),
                new StoredJob.Marks(switches(members.object("switches")), undeclared(members)),
                members.unknown());
    }

    /** An earlier version counted nothing: the time starts again. */
    private static StoredJob.@Nullable Undeclared undeclared(Members members) {
        Instant since = members.optionalInstant("undeclaredSince");
        long counted = members.number("undeclaredFor", 0);
        Instant seen = members.optionalInstant("undeclaredSeen");
        return since == null
                ? null
                : new StoredJob.Undeclared(since, Duration.ofMillis(Math.max(0, counted)), seen == null ? since : seen);
    }

    private static String life(Members members) {
        String life = members.optionalText("life");
        if (life == null) {
            return "";
        }
        if (!LIFE.matcher(life).matches()) {
            throw new IllegalArgumentException("life: \"" + life + "\" is not a life of a job");
        }
        return life;
    }

    private static Map<String, Object> switches(Switches switches) {
        Map<String, Object> shards = new LinkedHashMap<>();
        switches.shards().forEach((shard, set) -> shards.put(shard.toString(), one(set)));
        Map<String, Object> instances = new LinkedHashMap<>();
        switches.instances().forEach((name, set) -> instances.put(name, one(set)));
        return Map.of("shards", shards, "instances", instances);
    }

    private static Map<String, Object> one(Switch set) {
        return Map.of("on", set.on(), "who", set.who(), "when", set.when(), "why", set.why());
    }

    private static Switches switches(Members switches) {
        SortedMap<Integer, Switch> shards = new TreeMap<>();
        Members byShard = switches.object("shards");
        byShard.names().forEach(shard -> shards.put(Integer.valueOf(shard), one(byShard.object(shard))));
        SortedMap<String, Switch> instances = new TreeMap<>();
        Members byName = switches.object("instances");
        byName.names().forEach(name -> instances.put(name, one(byName.object(name))));
        return new Switches(shards, instances);
    }

    private static Switch one(Members set) {
        return new Switch(set.flag("on"), set.words("who"), set.instant("when"), set.words("why"));
    }

    private static ShardCount shardCount(Members shards) {
        Members changes = shards.object("changes");
        Set<String> broadcast = Set.copyOf(shards.texts("broadcast"));
        Members parameters = shards.object("parameters");
        NavigableMap<Instant, ShardCount.Split> byFireTime = new TreeMap<>();
        changes.names()
                .forEach(from -> byFireTime.put(
                        Members.instantOf(from),
                        new ShardCount.Split(count(changes, from, from, broadcast), parameters(parameters, from))));
        return new ShardCount(
                new ShardCount.Split(
                        count(shards, "count", BEFORE_ALL_CHANGES, broadcast),
                        parameters(parameters, BEFORE_ALL_CHANGES)),
                byFireTime,
                processes(shards.object("processes")));
    }

    private static int count(Members members, String member, String from, Set<String> broadcast) {
        int count = members.count(member, 1, 1, JobDefinition.MAX_SHARDS);
        return broadcast.contains(from) ? ShardCount.BROADCAST : count;
    }

    private static ProcessShards processes(Members processes) {
        SortedMap<Integer, ProcessShards.Holder> byShard = new TreeMap<>();
        for (String shard : processes.names()) {
            if (!shard.matches("\\d{5}")
                    || Integer.parseInt(shard) < ProcessShards.FIRST
                    || Integer.parseInt(shard) >= ProcessShards.END) {
                throw new IllegalArgumentException("processes: \"" + shard + "\" is no shard of a process");
            }
            Members holder = processes.object(shard);
            byShard.put(
                    Integer.valueOf(shard),
                    new ProcessShards.Holder(
                            new ProcessShards.Process(holder.text("name"), holder.number("startedOrder", 0)),
                            holder.instant("since")));
        }
        return new ProcessShards(byShard);
    }

    /** Null where an earlier version wrote the node, or they are those of the settings. */
    private static @Nullable ShardParameters parameters(Members parameters, String from) {
        return parameters.has(from) ? ShardParametersCodec.parameters(parameters.object(from)) : null;
    }

    private static Map<JobKey, Setting> declared(Members sources) {
        Map<JobKey, Setting> declared = new TreeMap<>();
        for (String source : sources.names()) {
            Setting.Source from = Members.word("declared", source, Setting.Source.class);
            Members settings = sources.object(source);
            for (String key : settings.names()) {
                declared.put(JobKey.stored(key), new Setting(settings.text(key), from));
            }
        }
        return declared;
    }

    private static Map<JobKey, StoredJob.Override> overrides(Members changes) {
        Map<JobKey, StoredJob.Override> overrides = new TreeMap<>();
        for (String key : changes.names()) {
            Members change = changes.object(key);
            overrides.put(
                    JobKey.stored(key),
                    new StoredJob.Override(
                            change.text("value"), change.words("who"), change.instant("when"), change.words("why")));
        }
        return overrides;
    }
}
