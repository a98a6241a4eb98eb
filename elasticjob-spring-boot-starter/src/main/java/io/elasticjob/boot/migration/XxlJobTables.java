package io.elasticjob.boot.migration;

import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the admin of XXL-JOB has in its tables. */
final class XxlJobTables {

    private XxlJobTables() {}

    /**
     * The jobs of one application, in the order in which they were made.
     *
     * @param application {@code app_name} of its executors; empty where there is only one
     * @throws IllegalArgumentException when there are several applications and none is named, or the one is not there
     */
    static List<XxlJobRow> read(Tables tables, Optional<String> application) throws SQLException {
        List<Row> groups = tables.rows("xxl_job_group");
        List<String> names =
                groups.stream().map(group -> group.text("app_name")).sorted().toList();
        if (application.isEmpty() && groups.size() != 1) {
            throw new IllegalArgumentException("Name the application by --application, one of " + names);
        }
        Row group = groups.stream()
                .filter(each -> application.isEmpty() || each.text("app_name").equals(application.get()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no application \"" + application.orElse("") + "\"; there are " + names));
        long executors = tables.rows("xxl_job_registry").stream()
                .filter(row -> row.text("registry_group").equals("EXECUTOR"))
                .filter(row -> row.text("registry_key").equals(group.text("app_name")))
                .map(row -> row.text("registry_value"))
                .distinct()
                .count();
        return tables.rows("xxl_job_info").stream()
                .filter(job -> job.text("job_group").equals(group.text("id")))
                .sorted(Comparator.comparing(job -> job.number("id").orElse(0L)))
                .map(job -> new XxlJobRow(job, executors))
                .toList();
    }
}
