package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionQuery.Place;
import io.elasticjob.history.ExecutionQuery.Span;
import io.elasticjob.history.ExecutionQuery.Work;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The parameters of a request for executions, as written. */
record ExecutionFilter(OperationFields given) {

    static final int DEFAULT_SIZE = 50;

    /** Instant, tilde, and the id; without the job, where that is given. */
    private static final Pattern PLACE = Pattern.compile("([^~]+)~((?:[^/~\\s]+/)?[^/~\\s]+/\\d+/\\d+/[^/~\\s]*/\\d+)");

    /**
     * The query that is meant.
     *
     * @param job null for all jobs
     * @throws InvalidSettingException naming the parameter, the value and the rule
     */
    ExecutionQuery query(@Nullable String job) {
        Work work = new Work(
                job,
                number(given, "shard", 0),
                given.text("firing").map(ExecutionFilter::firing).orElse(null),
                text(given, "instance"));
        Integer size = number(given, "size", 1);
        return ExecutionQuery.latest(work, size == null ? DEFAULT_SIZE : size)
                .began(new Span(instant(given, "from"), instant(given, "to")))
                .outcome(given.text("outcome")
                        .map(outcome -> Given.text("outcome", outcome).toUpperCase(Locale.ROOT))
                        .orElse(null))
                .error(text(given, "error"))
                .before(given.text("before").map(place -> place(job, place)).orElse(null));
    }

    /** How to ask for what comes after it. */
    static String before(@Nullable String job, Place place) {
        return place.startedAt() + "~" + (job == null ? place.id() : place.id().substring(job.length() + 1));
    }

    private static Place place(@Nullable String job, String text) {
        Matcher place = PLACE.matcher(Given.text("before", text));
        if (!place.matches() || place.group(2).chars().filter(one -> one == '/').count() != (job == null ? 5 : 4)) {
            throw OperationFields.invalid("before", text, "must be what an earlier page gave as its \"next\"");
        }
        return new Place(
                Given.instant("before", place.group(1)), job == null ? place.group(2) : job + "/" + place.group(2));
    }

    private static @Nullable String text(OperationFields given, String name) {
        return given.text(name).map(text -> Given.text(name, text)).orElse(null);
    }

    private static @Nullable Instant instant(OperationFields given, String name) {
        return given.text(name).map(text -> Given.instant(name, text)).orElse(null);
    }

    private static @Nullable Integer number(OperationFields given, String name, int least) {
        return given.text(name).map(text -> number(name, text, least)).orElse(null);
    }

    static int number(String key, String text, int least) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException none) {
            // Told below: the rule is the same.
        }
        throw OperationFields.invalid(key, text, "must be a whole number of at least " + least);
    }

    /** Instants may be written in several ways; firings are named in one. */
    static String firing(String text) {
        try {
            return Instant.parse(text).toString();
        } catch (DateTimeException noInstant) {
            return Given.text("firing", text);
        }
    }
}
