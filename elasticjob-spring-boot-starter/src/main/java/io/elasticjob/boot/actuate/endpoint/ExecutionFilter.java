package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionQuery.Place;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request for executions, as written.
 *
 * @param before where the page before ended: its {@code next}
 */
record ExecutionFilter(
        @Nullable String shard,
        @Nullable String outcome,
        @Nullable String firing,
        @Nullable String from,
        @Nullable String to,
        @Nullable String before,
        @Nullable String size) {

    private static final int DEFAULT_SIZE = 50;

    /** Instant, tilde, and the id without the job. */
    private static final Pattern PLACE = Pattern.compile("([^~]+)~([^/~\\s]+/\\d+/\\d+)");

    /** @throws InvalidSettingException naming the parameter, the value and the rule */
    ExecutionQuery query(String job) {
        return new ExecutionQuery(
                job,
                shard == null ? null : number("shard", shard, 0),
                outcome == null ? null : outcome.toUpperCase(Locale.ROOT),
                firing == null ? null : firing(firing),
                from == null ? null : instant("from", from),
                to == null ? null : instant("to", to),
                before == null ? null : place(job, before),
                size == null ? DEFAULT_SIZE : number("size", size, 1));
    }

    /** How to ask for what comes after it. */
    static String before(String job, Place place) {
        return place.startedAt() + "~" + place.id().substring(job.length() + 1);
    }

    private static Place place(String job, String text) {
        Matcher place = PLACE.matcher(text);
        if (!place.matches()) {
            throw new InvalidSettingException("before", text, "must be what an earlier page gave as its \"next\"");
        }
        return new Place(instant("before", place.group(1)), job + "/" + place.group(2));
    }

    private static int number(String key, String text, int least) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException none) {
            // Told below: the rule is the same.
        }
        throw new InvalidSettingException(key, text, "must be a whole number of at least " + least);
    }

    private static Instant instant(String key, String text) {
        try {
            Instant instant = Instant.parse(text);
            instant.toEpochMilli(); // no history knows times beyond these
            return instant;
        } catch (DateTimeException | ArithmeticException none) {
            throw new InvalidSettingException(key, text, "must be an instant such as 2026-06-01T12:00:00Z");
        }
    }

    /** Instants may be written in several ways; firings are named in one. */
    private static String firing(String text) {
        try {
            return Instant.parse(text).toString();
        } catch (DateTimeException noInstant) {
            return text;
        }
    }
}
