package io.elasticjob.boot.migration;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What one scheduler of Quartz has in its tables. */
final class QuartzTables {

    private QuartzTables() {}

    /**
     * All jobs of a scheduler, each with its triggers.
     *
     * @param prefix of the names of the tables
     * @param scheduler empty where the tables are those of one alone
     * @throws IllegalArgumentException when several schedulers share the tables and none is named, or the one is not there
     */
    static List<QuartzJobRows> read(Tables tables, String prefix, Optional<String> scheduler) throws SQLException {
        List<Row> details = tables.rows(prefix + "JOB_DETAILS");
        String name = chosen(details, scheduler);
        List<Row> triggers = of(name, tables.rows(prefix + "TRIGGERS"));
        List<List<Row>> kinds = new ArrayList<>();
        for (String kind : List.of("CRON_TRIGGERS", "SIMPLE_TRIGGERS", "SIMPROP_TRIGGERS")) {
            kinds.add(of(name, tables.rows(prefix + kind)));
        }
        return of(name, details).stream()
                .sorted(Comparator.comparing((Row job) -> job.text("JOB_GROUP"))
                        .thenComparing(job -> job.text("JOB_NAME")))
                .map(job -> new QuartzJobRows(
                        job,
                        triggers.stream()
                                .filter(trigger -> isSame(job, trigger, "JOB_NAME", "JOB_GROUP"))
                                .sorted(Comparator.comparing(trigger -> trigger.text("TRIGGER_NAME")))
                                .map(trigger -> new QuartzJobRows.Trigger(trigger, moreOf(trigger, kinds)))
                                .toList()))
                .toList();
    }

    private static String chosen(List<Row> details, Optional<String> scheduler) {
        Set<String> names =
                details.stream().map(job -> job.text("SCHED_NAME")).collect(Collectors.toCollection(TreeSet::new));
        if (scheduler.isPresent() && !names.contains(scheduler.get())) {
            throw new IllegalArgumentException(
                    "There are no jobs of the scheduler \"" + scheduler.get() + "\"; there are those of " + names);
        }
        if (scheduler.isPresent()) {
            return scheduler.get();
        }
        if (names.size() > 1) {
            throw new IllegalArgumentException(
                    "Several schedulers share the tables: name one by --scheduler, of " + names);
        }
        return names.stream().findFirst().orElse("");
    }

    private static List<Row> of(String scheduler, List<Row> rows) {
        return rows.stream()
                .filter(row -> row.text("SCHED_NAME").equals(scheduler))
                .toList();
    }

    private static Row moreOf(Row trigger, List<List<Row>> kinds) {
        Optional<Row> more = kinds.stream()
                .flatMap(List::stream)
                .filter(row -> isSame(trigger, row, "TRIGGER_NAME", "TRIGGER_GROUP"))
                .findFirst();
        return more.orElse(trigger);
    }

    private static boolean isSame(Row one, Row other, String... columns) {
        return List.of(columns).stream().allMatch(column -> one.text(column).equals(other.text(column)));
    }
}
