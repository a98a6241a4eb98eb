package io.elasticjob.boot.migration;

import io.elasticjob.JobKey;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A job as Apache ElasticJob 3 keeps it in ZooKeeper, and what it becomes here. Pure.
 *
 * @param name of its node
 * @param configuration what the node {@code config} says
 * @param servers by address, whether the job is disabled there
 * @param disabledShards numbers of shards that are disabled
 */
record ApacheJob(
        String name,
        Map<String, @Nullable Object> configuration,
        Map<String, Boolean> servers,
        Set<String> disabledShards) {

    private static final Map<String, String> STRATEGIES = Map.of("ODEVITY", "odevity", "ROUND_ROBIN", "round-robin");
    private static final String SCRIPT = "script.command.line";
    private static final String STREAM = "streaming.process";

    ImportedJob translated(String newName) {
        ImportedJob.Builder job = ImportedJob.named(newName, "the job " + name + " of Apache ElasticJob")
                .remarkIf(!newName.equals(name), "the name \"" + name + "\": here it is " + newName);
        when(job);
        shards(job);
        policies(job);
        properties(job);
        switches(job);
        job.setIf(!text("description").isEmpty(), JobKey.DESCRIPTION, text("description"));
        extras(job);
        return job.build();
    }

    private void when(ImportedJob.Builder job) {
        if (!text("cron").isEmpty()) {
            job.set(JobKey.CRON, text("cron"));
            job.setIf(!text("timeZone").isEmpty(), JobKey.ZONE, zone(text("timeZone")));
        }
    }

    /** As the JDK reads it, which knows GMT+8:00, and takes what it does not know for GMT. */
    private static String zone(String written) {
        return TimeZone.getTimeZone(written).toZoneId().getId();
    }

    private void shards(ImportedJob.Builder job) {
        String count = text("shardingTotalCount");
        job.setIf(!count.isEmpty() && !count.equals("1"), JobKey.SHARDING_TOTAL_COUNT, count);
        job.setIf(
                !text("shardingItemParameters").isEmpty(),
                JobKey.SHARDING_ITEM_PARAMETERS,
                text("shardingItemParameters"));
        job.setIf(!text("jobParameter").isEmpty(), JobKey.JOB_PARAMETER, text("jobParameter"));
        String strategy = text("jobShardingStrategyType");
        if (flag("staticSharding", false)) {
            job.set(JobKey.SHARDING_STRATEGY, "static");
        } else {
            Optional.ofNullable(STRATEGIES.get(strategy)).ifPresent(name -> job.set(JobKey.SHARDING_STRATEGY, name));
            job.remarkIf(
                    !strategy.matches("|AVG_ALLOCATION|ODEVITY|ROUND_ROBIN"),
                    "jobShardingStrategyType " + strategy
                            + ": write a ShardingStrategy bean, and set sharding-strategy to its" + " name");
        }
    }

    private void policies(ImportedJob.Builder job) {
        job.setIf(!flag("monitorExecution", true), JobKey.MONITOR_EXECUTION, "false");
        job.setIf(flag("failover", false), JobKey.FAILOVER, "true");
        job.setIf(!flag("misfire", true), JobKey.MISFIRE, "SKIP");
        String handler = text("jobErrorHandlerType");
        job.setIf(handler.matches("THROW|IGNORE"), JobKey.ERROR_HANDLER, handler.toLowerCase(Locale.ROOT));
        job.remarkIf(
                !handler.matches("|LOG|THROW|IGNORE"),
                "jobErrorHandlerType " + handler + ": configure elasticjob.alerts, or write a JobErrorHandler bean");
    }

    private void properties(ImportedJob.Builder job) {
        Map<String, String> properties = new TreeMap<>();
        if (configuration.get("props") instanceof Map<?, ?> props) {
            props.forEach((name, value) -> properties.put(String.valueOf(name), String.valueOf(value)));
        }
        if (Boolean.parseBoolean(properties.remove(STREAM))) {
            job.set("streaming", "true");
        }
        job.remarkIf(
                properties.remove(SCRIPT) != null,
                SCRIPT + ": declare the command under elasticjob.scripts, and set script to its name");
        boolean isHttp = properties.keySet().removeIf(name -> name.startsWith("http."));
        job.remarkIf(isHttp, "http.*: declare the target under elasticjob.http.targets, and set http to its name");
        job.remarkIf(
                !properties.isEmpty(),
                "props " + String.join(", ", properties.keySet())
                        + ": give the bean that runs the job configuration properties of its own");
    }

    private void switches(ImportedJob.Builder job) {
        long disabled = servers.values().stream().filter(Boolean::booleanValue).count();
        boolean isOff = flag("disabled", false) || (disabled > 0 && disabled == servers.size());
        job.setIf(isOff, JobKey.ENABLED, "false");
        job.remarkIf(
                !isOff && disabled > 0,
                "disabled on " + disabled + " of " + servers.size()
                        + " servers: restrict it by labels, or disable it for instances");
        job.remarkIf(
                !disabledShards.isEmpty(),
                "disabled shards " + String.join(", ", disabledShards) + ": disable them at the endpoint");
    }

    private void extras(ImportedJob.Builder job) {
        String pool = text("jobExecutorServiceHandlerType") + text("jobExecutorThreadPoolSizeProviderType");
        job.remarkIf(
                pool.equals("SINGLE_THREAD"),
                "SINGLE_THREAD, one shard at a time on an instance: set execution-group to one with a single slot");
        job.remarkIf(
                !pool.isEmpty() && !pool.equals("CPU") && !pool.equals("SINGLE_THREAD"),
                "thread pool " + pool + ": see elasticjob.execution.slots");
        job.remarkIf(
                isGiven("jobListenerTypes"), "jobListenerTypes " + list("jobListenerTypes") + ": see firing-listeners");
        job.remarkIf(
                isGiven("jobExtraConfigurations"),
                "jobExtraConfigurations: for what traced to a database see elasticjob.history");
        String timeDifference = text("maxTimeDiffSeconds");
        job.remarkIf(
                !timeDifference.isEmpty() && !timeDifference.startsWith("-"),
                "maxTimeDiffSeconds " + timeDifference + ": for all jobs together, set elasticjob.max-time-diff");
        job.remarkIf(!text("label").isEmpty(), "label " + text("label") + ": see labels");
    }

    private boolean isGiven(String key) {
        return configuration.get(key) instanceof Collection<?> several && !several.isEmpty();
    }

    private String list(String key) {
        return String.valueOf(configuration.get(key)).replaceAll("^\\[|]$", "");
    }

    private String text(String key) {
        Object value = configuration.get(key);
        return value == null ? "" : value.toString().strip();
    }

    private boolean flag(String key, boolean otherwise) {
        return text(key).isEmpty() ? otherwise : Boolean.parseBoolean(text(key));
    }
}
