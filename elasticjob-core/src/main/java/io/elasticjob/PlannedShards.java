package io.elasticjob;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What decides for each firing of a job into which shards it is split.
 *
 * @param planner name of the {@link ShardPlanner}; null where the job has a number of shards of its own
 * @param timeout how long it may take
 * @since 0.1.0
 */
public record PlannedShards(@Nullable String planner, Duration timeout) {

    private static final Duration LONGEST = Duration.ofDays(1);

    private record Obstacle(Predicate<String> value, String why) {}

    private static final Map<JobKey, Obstacle> OBSTACLES = new LinkedHashMap<>();

    static {
        String plans = "the planner says for each firing which shards it has";
        OBSTACLES.put(JobKey.SHARDING_TOTAL_COUNT, new Obstacle(value -> !value.equals("1"), plans));
        OBSTACLES.put(JobKey.SHARDING_ITEM_PARAMETERS, new Obstacle(value -> !value.isEmpty(), plans));
        OBSTACLES.put(JobKey.BROADCAST, new Obstacle(value -> value.equals("true"), plans));
        OBSTACLES.put(
                JobKey.SHARDING_STRATEGY,
                new Obstacle(
                        value -> value.equals("static"),
                        "a shard is another part in each firing, with no home of its own"));
        OBSTACLES.put(
                JobKey.KEEP_CHECKPOINT,
                new Obstacle(value -> value.equals("true"), "a shard is another part in the next firing"));
        OBSTACLES.put(
                JobKey.AT,
                new Obstacle(
                        value -> !value.isEmpty(),
                        "nothing is planned before its time; trigger the job with notBefore"));
    }

    /** @throws InvalidSettingException when its keys cannot be used, by themselves or beside others */
    static PlannedShards read(WrittenSettings written) {
        String planner = written.text(JobKey.PLANNER).strip();
        PlannedShards planned = new PlannedShards(
                planner.isEmpty() ? null : planner,
                written.read(JobKey.PLANNER_TIMEOUT, SettingForm.duration(LONGEST)));
        if (planned.planner != null) {
            OBSTACLES.forEach((key, obstacle) -> {
                String value = written.text(key);
                if (obstacle.value().test(value)) {
                    throw written.invalid(
                            JobKey.PLANNER,
                            "cannot be set beside " + key + "="
                                    + (key.isConfidential()
                                            ? InvalidSettingException.hidden(value)
                                            : "\"" + value + "\"")
                                    + ": " + obstacle.why());
                }
            });
        }
        return planned;
    }

    /** Whether the shards of each firing are planned. */
    public boolean arePlanned() {
        return planner != null;
    }

    /** Name of the {@link ShardPlanner}; empty where the job has a number of shards of its own. */
    public Optional<String> by() {
        return Optional.ofNullable(planner);
    }
}
