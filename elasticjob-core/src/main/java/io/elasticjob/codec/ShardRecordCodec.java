package io.elasticjob.codec;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Cancellation;
import io.elasticjob.Firing;
import io.elasticjob.Indexes;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardRecord.Past;
import io.elasticjob.ShardRecord.Streak;
import io.elasticjob.ShardState;
import io.elasticjob.ShardState.Attempt;
import io.elasticjob.ShardState.Done;
import io.elasticjob.ShardState.Failures;
import io.elasticjob.ShardState.Idle;
import io.elasticjob.ShardState.Running;
import io.elasticjob.ShardState.Stop;
import io.elasticjob.ShardingContext;
import io.elasticjob.text.VisibleText;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The stored form of a shard's record. */
public final class ShardRecordCodec {

    private static final int FORMAT = 1;
    /**
     * Of what goes on under a lease when its owner is gone. A version that does not know leases would take it over, or close
     * it, at once; so it leaves such a record alone.
     */
    private static final int FORMAT_OF_LEASES = 2;
    /**
     * Of what runs a past firing again, or is to: a version that does not know that would give its attempts another name. And of
     * what runs on a cluster: a version that does not know clusters would run it again, or close it, once its owner is gone.
     */
    private static final int LATEST_FORMAT = 3;
    /** In milliseconds; no session is nearly as long. */
    private static final int LONGEST_LEASE = 3_600_000;

    /** Of attempts: far from where one more would be negative. */
    private static final int MOST = 1_000_000_000;

    private static final String STATE = "state";
    private static final List<String> STATES = List.of(Idle.NAME, Running.NAME, Done.NAME);

    private static final String FAILED = "failed";
    private static final String STOP = "stop";
    private static final String LINGERS = "lingers";
    private static final String RESULT = "result";
    private static final String PLACE = "place";
    private static final String COUNTED = "counted";
    private static final String STREAK = "streak";
    private static final String AGAIN = "again";
    private static final String ARRAY = "array";

    private static final String TRIGGER_PREFIX = "trigger-";

    private ShardRecordCodec() {}

    public static byte[] encode(ShardRecord record) {
        Attempt latest = record.latest().orElse(null);
        return Json.write(object -> {
            boolean isLeased = !record.lease().isZero();
            Map<String, @Nullable Object> again = latest == null ? null : PastCodec.again(latest.firing());
            boolean isRerun = again != null && !(record.state() instanceof Done);
            object.number(Members.FORMAT, format(record, isRerun));
            object.text(STATE, record.state().name());
            object.text("firing", latest == null ? null : text(latest.firing()));
            if (again != null) {
                again.put("by", String.valueOf(mark(latest)));
                object.members(Map.of(AGAIN, again));
            }
            object.numberFrom(0, "trigger", record.trigger());
            object.instant("through", record.through());
            object.text("owner", latest == null ? null : latest.owner());
            object.numberFrom(1, "attempt", latest == null ? 0 : latest.number());
            object.numberFrom(1, "deaths", latest == null ? 0 : latest.deaths());
            object.numberFrom(1, "token", latest == null ? 0 : latest.token());
            object.text("outcome", record.outcome());
            object.text("error", record.error());
            object.instant("startedAt", record.startedAt());
            object.instant("finishedAt", record.finishedAt());
            object.instant("lastSucceeded", record.lastSucceeded());
            object.text("checkpoint", record.checkpoint());
            record.streak()
                    .ifPresent(streak ->
                            object.members(Map.of(STREAK, Map.of("failed", streak.failed(), "since", streak.since()))));
            if (latest != null && latest.failures().count() > 0) {
                object.members(Map.of(FAILED, failures(latest)));
            }
            record.stop().ifPresent(stop -> object.members(Map.of(STOP, members(latest, stop))));
            object.text(LINGERS, record.lingers() ? mark(latest) : null);
            if (isLeased) {
                object.members(Map.of(PLACE, place(latest, record.lease())));
            }
            if (latest != null && !record.permits().isEmpty()) {
                object.members(Map.of(COUNTED, counted(latest, record.permits())));
            }
            if (record.array() != null) {
                object.members(Map.of(ARRAY, array(latest, record.array())));
            }
            String result = record.result().orElse(null);
            if (result != null) {
                object.members(Map.of(RESULT, Map.of("of", String.valueOf(mark(latest)), "text", result)));
            }
            object.members(record.unknown());
        });
    }

    private static int format(ShardRecord record, boolean isRerun) {
        if (isRerun || (record.array() != null && record.holder().isPresent())) {
            return LATEST_FORMAT;
        }
        return record.lease().isZero() ? FORMAT : FORMAT_OF_LEASES;
    }

    private static Map<String, Object> array(@Nullable Attempt attempt, ArrayPlace array) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("of", String.valueOf(mark(attempt)));
        members.put("cluster", array.cluster());
        members.put("size", array.size());
        array.released().ifPresent(identity -> members.put("released", identity));
        members.put("earlier", array.earlier().text());
        members.put("succeeded", array.succeeded().text());
        members.put("failed", array.failed().text());
        return members;
    }

    /** Null where it is said of another attempt. */
    private static @Nullable ArrayPlace array(@Nullable Attempt latest, Members array) {
        ArrayPlace place = new ArrayPlace(
                array.text("cluster"),
                array.count("size", 1, 1, Indexes.MAX),
                array.optionalText("released"),
                Indexes.parse(array.text("earlier")),
                Indexes.parse(array.text("succeeded")),
                Indexes.parse(array.text("failed")));
        return array.text("of").equals(mark(latest)) ? place : null;
    }

    private static Map<String, Object> failures(Attempt latest) {
        Map<String, Object> failures = new LinkedHashMap<>();
        failures.put("firing", text(latest.firing()));
        failures.put("times", latest.failures().count());
        Instant at = latest.failures().latest();
        if (at != null) {
            failures.put("at", at);
        }
        return failures;
    }

    private static Map<String, Object> members(@Nullable Attempt attempt, Stop stop) {
        return Map.of(
                "of", String.valueOf(mark(attempt)),
                "reason", stop.reason().name(),
                "at", stop.at(),
                "who", stop.who(),
                "text", stop.text());
    }

    private static Map<String, Object> place(@Nullable Attempt attempt, Duration lease) {
        Map<String, Object> place = new LinkedHashMap<>();
        place.put("of", String.valueOf(mark(attempt)));
        place.put("leaseMs", lease.toMillis());
        return place;
    }

    private static Map<String, Object> counted(Attempt attempt, SortedSet<String> permits) {
        Map<String, Object> counted = new LinkedHashMap<>();
        counted.put("of", String.valueOf(mark(attempt)));
        counted.put("in", List.copyOf(permits));
        return counted;
    }

    /** Which attempt something is said of: an older version, which has no name for it, would keep it for the next one. */
    private static @Nullable String mark(@Nullable Attempt attempt) {
        return attempt == null ? null : text(attempt.firing()) + "/" + attempt.number();
    }

    private static String text(Firing firing) {
        return firing instanceof Firing.Scheduled scheduled ? IsoInstant.text(scheduled.fireTime()) : firing.text();
    }

    public static Decoded<ShardRecord> decode(byte[] bytes) {
        return Members.decode(bytes, LATEST_FORMAT, ShardRecordCodec::record);
    }

    private static ShardRecord record(Members members) {
        Attempt latest = attempt(members);
        ShardState state = state(members.word(STATE, STATES), latest, members);
        SortedSet<String> permits =
                members.has(COUNTED) ? permits(state, members.object(COUNTED)) : Collections.emptySortedSet();
        return new ShardRecord(
                state,
                new Past(
                        members.triggerNumber("trigger"),
                        members.optionalInstant("through"),
                        members.optionalInstant("lastSucceeded"),
                        members.optionalText("outcome"),
                        members.optionalText("error"),
                        members.has(STREAK) ? streak(members.object(STREAK)) : null,
                        members.has(RESULT) ? result(latest, members.object(RESULT)) : null),
                members.optionalText("checkpoint"),
                permits,
                members.has(ARRAY) ? array(latest, members.object(ARRAY)) : null,
                members.unknown());
    }

    /** None where they are said of another attempt, or nothing is counted. */
    private static SortedSet<String> permits(ShardState state, Members counted) {
        String of = counted.text("of");
        SortedSet<String> in = new TreeSet<>(counted.nodeNames("in"));
        boolean isCounted = state instanceof Running || (state instanceof Done done && done.lingers());
        return isCounted && of.equals(mark(state.latest().orElse(null))) ? in : Collections.emptySortedSet();
    }

    private static Streak streak(Members members) {
        return new Streak(members.count("failed", 0, 0, MOST), members.instant("since"));
    }

    /** Null where it is of another attempt: an older version, which has no name for it, has kept it. */
    private static @Nullable String result(@Nullable Attempt latest, Members members) {
        String text = members.text("text");
        if (text.length() > ShardingContext.MAX_RESULT_BYTES) {
            throw new IllegalArgumentException("it has a result of " + text.length() + " characters");
        }
        return members.text("of").equals(mark(latest)) ? text : null;
    }

    private static ShardState state(String name, @Nullable Attempt latest, Members members) {
        Instant finishedAt = members.optionalInstant("finishedAt");
        Stop stop = members.has(STOP) ? stop(latest, members.object(STOP)) : null;
        String lingers = members.optionalText(LINGERS);
        Duration lease = members.has(PLACE) ? lease(latest, members.object(PLACE)) : Duration.ZERO;
        if (name.equals(Idle.NAME)) {
            return new Idle(latest);
        }
        if (latest == null) {
            throw new IllegalArgumentException("it is " + name + " without a firing and an owner");
        }
        if (name.equals(Running.NAME)) {
            return new Running(latest, stop, lease);
        }
        boolean isLingering = lingers != null && lingers.equals(mark(latest));
        return new Done(latest, finishedAt, isLingering, isLingering ? lease : Duration.ZERO);
    }

    /** Zero where it is said of another attempt. */
    private static Duration lease(@Nullable Attempt latest, Members members) {
        Duration lease = Duration.ofMillis(members.count("leaseMs", 0, 1, LONGEST_LEASE));
        return members.text("of").equals(mark(latest)) ? lease : Duration.ZERO;
    }

    /** Null where it is said of another attempt. */
    private static @Nullable Stop stop(@Nullable Attempt latest, Members members) {
        Stop stop = new Stop(
                members.word("reason", Cancellation.Reason.class),
                members.instant("at"),
                members.words("who"),
                VisibleText.of(members.text("text"), Outcome.MAX_ERROR_LENGTH));
        return members.text("of").equals(mark(latest)) ? stop : null;
    }

    /** Null before the first: a firing has an owner, and an owner a firing. */
    private static @Nullable Attempt attempt(Members members) {
        String firing = members.optionalText("firing");
        String owner = members.optionalNodeName("owner");
        int number = members.count("attempt", 0, 0, MOST);
        int deaths = members.count("deaths", 0, 0, MOST);
        long token = members.number("token", 0);
        Instant startedAt = members.optionalInstant("startedAt");
        Members failed = members.has(FAILED) ? members.object(FAILED) : null;
        Members again = members.has(AGAIN) ? members.object(AGAIN) : null;
        if (firing == null && owner == null) {
            return null;
        }
        if (firing == null || owner == null) {
            throw new IllegalArgumentException("it has a firing without an owner, or an owner without a firing");
        }
        Failures failures = failed == null ? Failures.NONE : failures(firing, failed);
        return new Attempt(firing(firing, number, again), owner, number, deaths, token, startedAt, failures);
    }

    /** None where they are of another firing: an older version, which has no name for them, has kept them. */
    private static Failures failures(String firing, Members failed) {
        Failures failures = new Failures(failed.count("times", 0, 1, MOST), failed.optionalInstant("at"));
        return firing.equals(failed.text("firing")) ? failures : Failures.NONE;
    }

    /** @param again null, or said of another attempt, where it is a firing of its own */
    private static Firing firing(String text, int attempt, @Nullable Members again) {
        Firing firing = firing(text);
        return again != null && again.text("by").equals(text + "/" + attempt) ? PastCodec.again(firing, again) : firing;
    }

    private static Firing firing(String text) {
        return text.startsWith(TRIGGER_PREFIX)
                ? new Firing.Triggered(Long.parseLong(text.substring(TRIGGER_PREFIX.length())))
                : new Firing.Scheduled(Members.instantOf(text));
    }
}
