package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.RerunRequest;
import io.elasticjob.text.Durations;
import io.elasticjob.text.NearestName;
import io.elasticjob.text.Pairs;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The fields of a request, all of them texts. Each is understood as a whole or refused, with its name, value and rule. */
final class OperationFields {

    static final String REASON = "reason";

    /** Names of the fields that some change knows. JMX knows them by their place: a new one comes last. */
    private static final List<String> OF_CHANGES = List.of(
            "shards",
            "parameter",
            "force",
            "id",
            "set",
            "keys",
            "shard",
            "instance",
            REASON,
            "firing",
            "notBefore",
            "from",
            "to",
            "successors",
            "parameters");

    private static final String APPLICATION = "application=";

    private static final int MAX_LENGTH = JobDefinition.MAX_LENGTH;
    private static final int SHOWN = 80;

    private final Map<String, String> given;

    private OperationFields(Map<String, String> given) {
        this.given = given;
    }

    /** @param namesAndValues each name with its value, which is null for a field that is not given */
    static OperationFields of(@Nullable String... namesAndValues) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String value = namesAndValues[i + 1];
            if (value != null) {
                given.put(String.valueOf(namesAndValues[i]), value);
            }
        }
        return new OperationFields(given);
    }

    /**
     * The fields of a change, whichever it is.
     *
     * @param values in the order of {@link #OF_CHANGES}, null for those that are not given
     */
    static OperationFields ofChange(@Nullable String... values) {
        if (values.length != OF_CHANGES.size()) {
            throw new IllegalArgumentException("There must be a value, or null, for each of " + OF_CHANGES);
        }
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            if (value != null) {
                given.put(OF_CHANGES.get(i), value);
            }
        }
        return new OperationFields(given);
    }

    /** Refuses fields that an operation would not look at: the one who gave them meant something. */
    void allowOnly(String operation, Collection<String> allowed) {
        Set<String> understood = new TreeSet<>(allowed);
        understood.add(REASON);
        given.forEach((name, value) -> {
            checkLength(name, value);
            if (!understood.contains(name)) {
                throw invalid(
                        name,
                        shown(name, value),
                        "is given for \"" + operation + "\", which does not know it"
                                + NearestName.hint(name, understood));
            }
        });
    }

    private static void checkLength(String name, String value) {
        if (value.length() > MAX_LENGTH) {
            throw invalid(
                    name,
                    shown(name, value),
                    "must have at most " + MAX_LENGTH + " characters, it has " + value.length());
        }
    }

    /** The value of a field, unless that may be or hold a parameter. */
    private static String shown(String name, String value) {
        return name.equals("parameter") || name.equals("set") ? InvalidSettingException.hidden(value) : value;
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(given.get(name));
    }

    /** An instant, or how long from now: the time of a firing to come; empty when it is not given. */
    Optional<PlanRequest.When> when() {
        String text = text("notBefore").map(String::strip).orElse("");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    text.contains("T") && !text.startsWith("P")
                            ? new PlanRequest.NotBefore(Instant.parse(text))
                            : new PlanRequest.After(Durations.parse(text)));
        } catch (DateTimeException | IllegalArgumentException unreadable) {
            throw unreadable instanceof InvalidSettingException known
                    ? known
                    : invalid(
                            "notBefore",
                            text,
                            "is neither an instant such as 2027-01-01T06:00:00Z nor a delay such as 2h");
        }
    }

    /** Which past firings are to run again: those that are named, or those of a span. */
    RerunRequest.Which reruns() {
        String named = text("firing").map(String::strip).orElse("");
        boolean isSpan = text("from").isPresent() || text("to").isPresent();
        if (!named.isEmpty() && isSpan) {
            throw invalid("firing", named, "cannot be given beside \"from\" and \"to\"");
        } else if (named.isEmpty() && !isSpan) {
            throw invalid(
                    "firing",
                    named,
                    "must name the firings that run again, such as 2026-06-01T12:00:00Z,trigger-7; or give \"from\" and"
                            + " \"to\" for all that have failed shards");
        }
        return isSpan
                ? new RerunRequest.FailedBetween(instant("from"), instant("to"))
                : new RerunRequest.Firings(Arrays.stream(named.split(",", -1))
                        .map(String::strip)
                        .map(Firing::of)
                        .toList());
    }

    /** Whether the parameters of now are wanted, whatever they were. */
    boolean presentParameters() {
        String value = text("parameters").map(String::strip).orElse("");
        if (!value.isEmpty() && !value.equals("present")) {
            throw invalid("parameters", value, "must be present, or not given for those that the firing had");
        }
        return !value.isEmpty();
    }

    /** An instant. */
    Instant instant(String name) {
        String text = text(name).map(String::strip).orElse("");
        try {
            return Instant.parse(text);
        } catch (DateTimeException unreadable) {
            throw invalid(name, text, "is not an instant such as 2026-01-01T06:00:00Z");
        }
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

    static boolean namesApplication(String set) {
        return set.strip().startsWith(APPLICATION)
                && !set.strip().equals(APPLICATION)
                && set.strip().lines().count() == 1;
    }

    /** The application that {@code set} names, the only thing in it. */
    String application() {
        String set = text("set").orElse("").strip();
        String application =
                namesApplication(set) ? set.substring(APPLICATION.length()).strip() : "";
        if (application.isEmpty()) {
            throw invalid(
                    "set",
                    shown("set", set),
                    "must be " + APPLICATION + " and the name of the application that gets the job");
        }
        return application;
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
        Map<JobKey, String> settings = new TreeMap<>();
        text("set").ifPresent(value -> checkLength("set", value));
        List<String> lines = text("set").orElse("").lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                JobKey key = setting(i + 1, lines.get(i), settings);
                checkLength(key, settings.get(key));
            }
        }
        if (settings.isEmpty()) {
            throw invalid("set", "", "must have lines of the form key=value, such as misfire=SKIP");
        }
        return settings;
    }

    /** Reads a line, of which nothing is repeated in a refusal that may be a piece of a parameter. */
    private static JobKey setting(int number, String line, Map<JobKey, String> settings) {
        int equals = line.indexOf('=');
        String written = equals < 0 ? "" : line.substring(0, equals).strip();
        Optional<JobKey> key = JobKey.of(written);
        if (key.isEmpty()) {
            String hint = NearestName.to(
                            written.substring(0, Math.min(written.length(), SHOWN)),
                            JobKey.values().stream().map(JobKey::key).toList())
                    .map(near -> "; \"" + written + "\" is no key of a job, did you mean \"" + near + "\"?")
                    .orElse("; in a value, the end of a line is written as \\n"
                            + ", and the value then put in double quotes");
            throw invalid(
                    "set",
                    "line " + number,
                    "is no setting: each line must be of the form key=value, with a key of a job" + hint);
        }
        String value = line.substring(equals + 1).strip();
        if (settings.put(key.get(), Pairs.unquoted(value).orElse(value)) != null) {
            throw invalid("set", key.get().key(), "is set twice");
        }
        return key.get();
    }

    private static void checkLength(JobKey key, @Nullable String value) {
        if (value != null && value.length() > key.maxLength()) {
            throw invalid(
                    "set",
                    key.key(),
                    "is too long: it may have " + key.maxLength() + " characters, and has " + value.length());
        }
    }

    /** The keys of {@code keys}; none, which stands for all, when it is not given. */
    Set<JobKey> keys() {
        Set<JobKey> keys = new TreeSet<>();
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
                                        JobKey.values().stream()
                                                .map(JobKey::key)
                                                .toList())));
    }

    /** {@code shard}, {@code instance}, or the whole job when neither is given. */
    JobPart part() {
        String shard = text("shard").orElse(null);
        String instance = text("instance").orElse(null);
        if (shard != null && instance != null) {
            throw invalid("shard", shard, "cannot be given together with instance: ask for one after the other");
        }
        if (shard != null) {
            return new JobPart.Shard(shard("shard", shard, shard));
        }
        return instance == null ? JobPart.WHOLE_JOB : new JobPart.OnInstance(instance.strip());
    }

    /** A refusal that repeats no more of the value than people want to read. */
    static InvalidSettingException invalid(String name, String value, String rule) {
        return new InvalidSettingException(name, OneLine.of(value, SHOWN), rule);
    }
}
