package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.Durations;
import io.elasticjob.view.NamespaceChanges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which changes are asked for.
 *
 * @param after the transaction up to which they are known; null when nothing is known
 * @param jobs whose records and triggers count; everything else counts in any case
 * @param patience for how long an answer may be awaited
 */
record ChangesQuery(@Nullable Long after, Set<String> jobs, Duration patience) {

    static final int MOST_JOBS = 200;
    static final Duration LONGEST = Duration.ofSeconds(25);

    /** More than this is read again as a whole. */
    static final int MOST_CHANGED = 200;

    private static final String AFTER_RULE = "must be what an earlier answer gave as its \"at\"";

    /**
     * What is known of the records of a job.
     *
     * @param modified the transaction that changed one last
     * @param asOf every change up to this transaction is in it
     */
    record Reading(long modified, long asOf) {}

    /** @throws InvalidSettingException naming the parameter, the value and the rule */
    static ChangesQuery of(OperationFields given) {
        Set<String> jobs = new LinkedHashSet<>(JobsQuery.parts(given, "jobs"));
        if (jobs.size() > MOST_JOBS) {
            throw OperationFields.invalid(
                    "jobs",
                    jobs.size() + " names",
                    "may name " + MOST_JOBS + " jobs at most: those that are on the screen");
        }
        return new ChangesQuery(
                given.text("after").map(ChangesQuery::transaction).orElse(null),
                jobs,
                given.text("wait").map(ChangesQuery::duration).orElse(Duration.ZERO));
    }

    private static long transaction(String text) {
        try {
            long transaction = Long.parseLong(text.strip());
            if (transaction >= 0) {
                return transaction;
            }
        } catch (NumberFormatException none) {
            // Told below: the rule is the same.
        }
        throw OperationFields.invalid("after", text, AFTER_RULE);
    }

    private static Duration duration(String text) {
        Duration wait;
        try {
            wait = Durations.parse(text.strip());
        } catch (IllegalArgumentException unreadable) {
            throw OperationFields.invalid("wait", text, "must be a duration such as 25s");
        }
        if (wait.isNegative() || wait.compareTo(LONGEST) > 0) {
            throw OperationFields.invalid("wait", text, "must be between 0s and " + Durations.format(LONGEST));
        }
        return wait;
    }

    /**
     * What there is to tell.
     *
     * @param read of each job that is asked for, what is known of its records; one that is missing was not read
     */
    ChangesDescriptor answer(NamespaceChanges changes, Map<String, Reading> read) {
        long known = after == null ? -1 : after;
        if (after == null || !changes.remembers(known)) {
            return ChangesDescriptor.readAgain(changes.at());
        }
        Set<String> changed = new TreeSet<>();
        changes.jobs().forEach((job, transaction) -> {
            if (transaction > known) {
                changed.add(job);
            }
        });
        if (changed.size() > MOST_CHANGED) {
            return ChangesDescriptor.readAgain(changes.at());
        }
        long at = changes.at();
        List<String> rows = new ArrayList<>();
        for (String job : jobs) {
            Reading records = read.get(job);
            at = Math.min(at, records == null ? known : records.asOf());
            if (changes.mayHaveTriggered(job, known) || records != null && records.modified() > known) {
                rows.add(job);
            }
        }
        return new ChangesDescriptor(
                String.valueOf(Math.max(known, at)), false, List.copyOf(changed), rows, changes.roster() > known);
    }
}
