package io.elasticjob.boot.migration;

import io.elasticjob.JobKey;
import io.elasticjob.text.Durations;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A job of XXL-JOB as {@code xxl_job_info} has it, and what it becomes here. Pure.
 *
 * @param info its row, as versions from 2.3 on write it; up to 2.2 there was {@code job_cron} in place of a type of schedule
 * @param executors how many of its application were registered
 */
record XxlJobRow(Row info, long executors) {

    /** @param handlers names under which handlers were declared already, by what they are there; added to */
    ImportedJob translated(ImportedNames names, Map<String, String> handlers) {
        String handler = info.text("executor_handler");
        boolean isBean =
                info.text("glue_type").equals("BEAN") || info.text("glue_type").isEmpty();
        String wanted = isBean && !handler.isEmpty() ? handler : "xxl-job-" + info.text("id");
        Optional<String> before = Optional.ofNullable(handlers.get(wanted));
        String name = names.of(wanted);
        handlers.putIfAbsent(wanted, name);
        ImportedJob.Builder job = ImportedJob.named(
                name, "the job " + info.text("id") + " of XXL-JOB" + (isBean ? ", handler " + handler : ""));
        before.ifPresent(first -> job.set(JobKey.HANDLER, first));
        job.remarkIf(
                !isBean,
                info.text("glue_type")
                        + ", code that is edited in the admin: make it a part of the application, or a script"
                        + " under elasticjob.scripts");
        when(job);
        where(job);
        policies(job);
        String description = info.text("job_desc");
        job.setIf(!description.isEmpty(), JobKey.DESCRIPTION, description);
        String parameter = info.text("executor_param");
        job.setIf(!parameter.isEmpty(), JobKey.JOB_PARAMETER, parameter);
        job.setIf(info.number("trigger_status").orElse(0L) == 0, JobKey.ENABLED, "false");
        others(job);
        return job.build();
    }

    private void when(ImportedJob.Builder job) {
        String conf = info.text("schedule_conf");
        switch (info.text("schedule_type")) {
            case "CRON" -> job.set(JobKey.CRON, conf);
            case "FIX_RATE" -> job.set(JobKey.EVERY, Durations.format(Duration.ofSeconds(seconds("schedule_conf"))));
            case "FIX_DELAY" ->
                job.set(JobKey.FIXED_DELAY, Durations.format(Duration.ofSeconds(seconds("schedule_conf"))));
            case "NONE" -> {}
            case "" -> {
                String cron = info.text("job_cron");
                job.setIf(!cron.isEmpty(), JobKey.CRON, cron);
            }
            default -> job.remark("schedule_type " + info.text("schedule_type") + " " + conf);
        }
    }

    private void where(ImportedJob.Builder job) {
        String route = info.text("executor_route_strategy");
        switch (route) {
            case "SHARDING_BROADCAST" -> broadcast(job);
            case "FAILOVER" -> job.set(JobKey.FAILOVER, "true");
            case "ROUND" -> job.set(JobKey.SHARDING_STRATEGY, "round-robin");
            case "", "FIRST", "LAST", "RANDOM", "LEAST_FREQUENTLY_USED", "LEAST_RECENTLY_USED", "BUSYOVER" -> {}
            default -> // CONSISTENT_HASH, and what later versions bring
                job.set(JobKey.SHARDING_STRATEGY, "sticky");
        }
    }

    /** A broadcast counts its executors, and a handler may split its work by that; here the one or the other is asked for. */
    private void broadcast(ImportedJob.Builder job) {
        long shards = Math.max(1, executors);
        if (job.has(JobKey.FIXED_DELAY)) {
            job.setIf(shards > 1, JobKey.SHARDING_TOTAL_COUNT, String.valueOf(shards))
                    .remark(
                            "SHARDING_BROADCAST beside FIX_DELAY: broadcast needs fire times that instances have in common. There"
                                    + " are as many shards as there were executors, " + executors
                                    + " when this was read");
        } else {
            job.set(JobKey.BROADCAST, "true")
                    .remark(
                            "index and total of SHARDING_BROADCAST: each instance runs the whole. Where the handler splits its work by"
                                    + " them, set sharding-total-count: " + shards + " instead of broadcast");
        }
    }

    private void policies(ImportedJob.Builder job) {
        String block = info.text("executor_block_strategy");
        String misfire = info.text("misfire_strategy");
        boolean covers = block.equals("COVER_EARLY");
        job.setIf(block.equals("SERIAL_EXECUTION") && !job.has(JobKey.FIXED_DELAY), JobKey.OVERLAP, "QUEUE_ALL");
        job.setIf(covers && !job.has(JobKey.FIXED_DELAY), JobKey.OVERLAP, "CANCEL_RUNNING");
        boolean discards = block.equals("DISCARD_LATER");
        job.setIf(discards || misfire.equals("DO_NOTHING"), JobKey.MISFIRE, "SKIP");
        job.remarkIf(
                discards && misfire.equals("FIRE_ONCE_NOW"),
                "FIRE_ONCE_NOW beside DISCARD_LATER: here misfire decides both. With SKIP, a firing that was missed"
                        + " while no instance ran is not run either");
        long timeout = seconds("executor_timeout");
        job.setIf(timeout > 0, JobKey.TIMEOUT, Durations.format(Duration.ofSeconds(timeout)));
        long retries = seconds("executor_fail_retry_count");
        job.setIf(retries > 0, JobKey.RETRY_ATTEMPTS, String.valueOf(retries));
    }

    private void others(ImportedJob.Builder job) {
        String children = info.text("child_jobid");
        job.remarkIf(
                !children.isEmpty(),
                "child jobs " + children + ": set record-firings of this job, and name it in after of those");
        String mail = info.text("alarm_email");
        job.remarkIf(!mail.isEmpty(), "alarm_email: for all jobs together, see elasticjob.alerts.mail");
    }

    private long seconds(String column) {
        return info.number(column).orElse(0L);
    }
}
