package io.elasticjob.boot.migration;

import io.elasticjob.JobKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A job of Quartz as its tables hold it, and what it becomes here: a job for each trigger. Pure.
 *
 * @param detail of {@code QRTZ_JOB_DETAILS}
 * @param triggers in the order of their names
 */
record QuartzJobRows(Row detail, List<Trigger> triggers) {

    /**
     * A trigger.
     *
     * @param common of {@code QRTZ_TRIGGERS}
     * @param own of the table of its kind; {@code common} again where it has none
     */
    record Trigger(Row common, Row own) {}

    private static final String DEFAULT_GROUP = "DEFAULT";
    private static final long DEFAULT_PRIORITY = 5;

    List<ImportedJob> translated(ImportedNames names, Instant now) {
        String first = names.of(named("JOB"));
        List<Trigger> live = triggers.stream()
                .filter(trigger -> !trigger.common().text("TRIGGER_STATE").equals("COMPLETE"))
                .toList();
        if (live.isEmpty()) {
            return List.of(begun(first, "without a trigger").build());
        }
        List<ImportedJob> jobs = new ArrayList<>();
        for (Trigger trigger : live) {
            boolean isFirst = jobs.isEmpty();
            String name = isFirst ? first : names.of(first + "-" + named(trigger.common(), "TRIGGER"));
            ImportedJob.Builder job = begun(name, "trigger " + named(trigger.common(), "TRIGGER"));
            new QuartzSchedule(trigger.common(), trigger.own(), now).set(job);
            job.setIf(!isFirst, JobKey.HANDLER, first);
            switchesAndData(job, trigger.common());
            jobs.add(job.build());
        }
        return jobs;
    }

    private ImportedJob.Builder begun(String name, String trigger) {
        String description = detail.text("DESCRIPTION");
        ImportedJob.Builder job =
                ImportedJob.named(name, "the class " + detail.text("JOB_CLASS_NAME") + " of Quartz, " + trigger);
        job.setIf(!description.isEmpty(), JobKey.DESCRIPTION, description);
        job.setIf(detail.flag("REQUESTS_RECOVERY"), JobKey.FAILOVER, "true");
        job.remarkIf(
                detail.flag("IS_UPDATE_DATA"),
                "@PersistJobDataAfterExecution: keep what is to be known by the next firing in a checkpoint");
        job.remarkIf(
                !detail.flag("IS_NONCONCURRENT") && !triggers.isEmpty(),
                "executions of the job may overlap there. Here a shard never runs twice at a time: see overlap");
        data(job, "the job", detail);
        return job;
    }

    private static void switchesAndData(ImportedJob.Builder job, Row trigger) {
        String state = trigger.text("TRIGGER_STATE");
        job.setIf(state.startsWith("PAUSED") || state.equals("ERROR"), JobKey.ENABLED, "false");
        job.remarkIf(state.equals("ERROR"), "the trigger is in the state ERROR: it does not fire there");
        long priority = trigger.number("PRIORITY").orElse(DEFAULT_PRIORITY);
        job.remarkIf(
                priority != DEFAULT_PRIORITY,
                "priority " + priority + ": here it only decides between shards that wait for the same limit");
        data(job, "the trigger", trigger);
    }

    private static void data(ImportedJob.Builder job, String owner, Row row) {
        StoredData data = row.bytes("JOB_DATA").map(StoredData::read).orElse(StoredData.NONE);
        job.remarkIf(!data.problem().isEmpty(), "the data of " + owner + " " + data.problem());
        job.remarkIf(
                !data.texts().isEmpty(),
                "data of " + owner + ": give them to QuartzJob.of(…), or use job-parameter: " + listed(data.texts()));
    }

    private static String listed(Map<String, String> data) {
        return data.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private String named(String what) {
        return named(detail, what);
    }

    private static String named(Row row, String what) {
        String group = row.text(what + "_GROUP");
        return (group.isEmpty() || group.equals(DEFAULT_GROUP) ? "" : group + "-") + row.text(what + "_NAME");
    }
}
