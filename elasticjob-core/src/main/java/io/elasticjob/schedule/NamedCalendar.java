package io.elasticjob.schedule;

import io.elasticjob.text.MalformedTextException;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A calendar that a job names.
 *
 * @param days null where this process does not offer it: then it excludes nothing here, and the job runs elsewhere
 * @since 0.1.0
 */
public record NamedCalendar(String name, @Nullable FireCalendar days) {

    /** @throws MalformedTextException when the calendar fails */
    boolean excludes(LocalDate day) {
        try {
            return days != null && days.excludes(day);
        } catch (Throwable failed) {
            throw new MalformedTextException(name, "is a calendar that failed: " + failed, failed);
        }
    }

    @Override
    public String toString() {
        return name + (days == null ? " (not known here)" : "");
    }
}
