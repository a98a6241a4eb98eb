package io.elasticjob.schedule;

import java.time.LocalDate;

/**
 * Days on which jobs that name it do not fire, such as the bank holidays of a country. An application offers it under a name, and
 * only instances that offer that name run such jobs. All of them have to name the same days, in all versions: else one
 * instance begins a firing that does not exist for another.
 *
 * <p>It is asked on the engine's own thread, many times: it must be fast, must not wait, and must always give the same answer for
 * a day.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface FireCalendar {

    /** Whether no job that names this calendar fires on the day, read on the clock of the job's time zone. */
    boolean excludes(LocalDate day);
}
