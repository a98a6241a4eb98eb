package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.NearestName;
import io.elasticjob.Operator;
import io.elasticjob.Scope;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The fields of a request, all of them texts. Each is understood as a whole or refused, with its name, value and rule. */
final class Fields {

    static final String REASON = "reason";

    private static final int MAX_LENGTH = JobDefinition.MAX_LENGTH;
    private static final int SHOWN = 80;

    private final Map<String, String> given;

    private Fields(Map<String, String> given) {
        this.given = given;
    }

    /** @param namesAndValues each name with its value, which is null for a field that is not given */
    static Fields of(@Nullable String... namesAndValues) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String value = namesAndValues[i + 1];
            if (value != null) {
                given.put(String.valueOf(namesAndValues[i]), value);
            }
        }
        return new Fields(given);
    }

    /** The fields of a change, whichever it is. */
    static Fields ofChange(
            @Nullable String shards,
            @Nullable String parameter,
            @Nullable String force,
            @Nullable String id,
            @Nullable String set,
            @Nullable String keys,
            @Nullable String shard,
            @Nullable String instance,
            @Nullable String reason) {
        return of(
                "shards",
                shards,
                "parameter",
                parameter,
                "force",
                force,
                "id",
                id,
                "set",
                set,
                "keys",
                keys,
                "shard",
                shard,
                "instance",
                instance,
                REASON,
                reason);
    }

    /** Refuses fields that an operation would not look at: whoever gave them meant something. */
    void allowOnly(String operation, Collection<String> allowed) {
        Set<String> understood = new TreeSet<>(allowed);
        understood.add(REASON);
        given.forEach((name, value) -> {
            checkLength(name, value);
            if (!understood.contains(name)) {
                throw invalid(
                        name,
                        value,
                        "is given for \"" + operation + "\", which does not know it"
                                + NearestName.hint(name, understood));
            }
        });
    }

    private static void checkLength(String name, String value) {
        if (value.length() > MAX_LENGTH) {
            throw invalid(name, value, "must have at most " + MAX_LENGTH + " characters, it has " + value.length());
        }
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(given.get(name));
    }

    /** Who asks, and why. */
    Operator by(String who) {
        String why = text(REASON).orElse("").strip();
        try {
            return new Operator(OneLine.of(who, Operator.MAX_LENGTH), why);
        } catch (InvalidSettingException invalid) {
            throw invalid(REASON, why, invalid.rule());
        }
    }

    boolean flag(String name) {
        String value = text(name).orElse("false").strip();
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(name, value, "must be true or false");
        };
    }

    /** The numbers of {@code shards}; none when it is not given. */
    SortedSet<Integer> shards() {
        SortedSet<Integer> shards = new TreeSet<>();
        String value = text("shards").orElse(null);
        if (value != null) {
            for (String part : value.split(",", -1)) {
                if (!shards.add(shard("shards", value, part))) {
                    throw invalid("shards", value, "names shard " + part.strip() + " twice");
                }
            }
        }
        return shards;
    }

    private static int shard(String name, String value, String part) {
        if (!part.strip().matches("\\d{1,9}")) {
            throw invalid(name, value, "must be the number of a shard, or several with commas between, such as 0,2");
        }
        return Integer.parseInt(part.strip());
    }

    /** The settings of {@code set}: one a line, {@code key=value}. */
    Map<JobKey, String> settings() {
        Map<JobKey, String> settings = new EnumMap<>(JobKey.class);
        text("set").ifPresent(value -> checkLength("set", value));
        text("set").orElse("").lines().filter(line -> !line.isBlank()).forEach(line -> {
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw invalid("set", line.strip(), "is no setting: each line must be of the form key=value");
            }
            JobKey key = key("set", line.substring(0, equals).strip());
            if (settings.put(key, line.substring(equals + 1).strip()) != null) {
                throw invalid("set", key.key(), "is set twice");
            }
        });
        if (settings.isEmpty()) {
            throw invalid("set", text("set").orElse(""), "must have lines of the form key=value, such as misfire=SKIP");
        }
        return settings;
    }

    /** The keys of {@code keys}; none, which stands for all, when it is not given. */
    Set<JobKey> keys() {
        Set<JobKey> keys = EnumSet.noneOf(JobKey.class);
        text("keys").ifPresent(value -> {
            for (String part : value.split(",", -1)) {
                keys.add(key("keys", part.strip()));
            }
        });
        return keys;
    }

    private static JobKey key(String name, String written) {
        return JobKey.of(written)
                .orElseThrow(() -> invalid(
                        name,
                        written,
                        "is no key of a job"
                                + NearestName.hint(
                                        written,
                                        Arrays.stream(JobKey.values())
                                                .map(JobKey::key)
                                                .toList())));
    }

    /** {@code shard}, {@code instance}, or the whole job when neither is given. */
    Scope scope() {
        String shard = text("shard").orElse(null);
        String instance = text("instance").orElse(null);
        if (shard != null && instance != null) {
            throw invalid("shard", shard, "can not be given together with instance: ask for one after the other");
        }
        if (shard != null) {
            return new Scope.Shard(shard("shard", shard, shard));
        }
        return instance == null ? Scope.WHOLE_JOB : new Scope.OnInstance(instance.strip());
    }

    /** A refusal that repeats no more of the value than people want to read. */
    static InvalidSettingException invalid(String name, String value, String rule) {
        return new InvalidSettingException(name, OneLine.of(value, SHOWN), rule);
    }
}
