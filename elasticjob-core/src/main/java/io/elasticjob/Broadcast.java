package io.elasticjob;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Whether each instance that may run a job runs each firing as a whole, once; and beside what that cannot be set. */
final class Broadcast {

    private static final String SPLITS = "each instance runs the whole firing, which is not split";

    /** By key, which values stand in the way, and why; in the order in which they are looked at. */
    private static final Map<JobKey, Obstacle> OBSTACLES = new LinkedHashMap<>();

    private record Obstacle(Predicate<String> value, String why) {}

    static {
        obstacle(JobKey.SHARDING_TOTAL_COUNT, value -> !value.equals("1"), SPLITS);
        obstacle(JobKey.SHARDING_ITEM_PARAMETERS, value -> !value.isEmpty(), SPLITS);
        obstacle(JobKey.SHARDING_STRATEGY, value -> !value.equals("average"), SPLITS);
        obstacle(JobKey.MAX_SHARDS_PER_INSTANCE, value -> !value.equals("0"), SPLITS);
        obstacle(
                JobKey.MONITOR_EXECUTION,
                value -> value.equals("false"),
                "without records no instance knows what it has run");
        obstacle(
                JobKey.FAILOVER,
                value -> value.equals("true"),
                "what an instance has not run is not run by another one, which has run it itself");
        obstacle(
                JobKey.KEEP_CHECKPOINT, value -> value.equals("true"), "what an instance leaves goes with its process");
        String whole = "a firing has no end while instances join and leave";
        obstacle(JobKey.RECORD_FIRINGS, value -> value.equals("true"), whole);
        obstacle(JobKey.FIRING_LISTENERS, value -> !value.isEmpty(), whole);
        obstacle(JobKey.FIXED_DELAY, value -> !value.isEmpty(), "instances have no fire time in common; set every");
        obstacle(JobKey.AT, value -> !value.isEmpty(), whole + "; trigger the job with notBefore");
        obstacle(
                JobKey.ON_STARTUP,
                value -> !value.equals("false"),
                "when a version starts, no instance of it may run the job yet");
    }

    private Broadcast() {}

    private static void obstacle(JobKey key, Predicate<String> value, String why) {
        OBSTACLES.put(key, new Obstacle(value, why));
    }

    /** @throws InvalidSettingException when it cannot be used, by itself or beside others */
    static boolean read(WrittenSettings written) {
        boolean wanted = written.read(JobKey.BROADCAST, SettingForm.flag());
        if (wanted) {
            OBSTACLES.forEach((key, obstacle) -> {
                String value = written.text(key);
                if (obstacle.value().test(value)) {
                    throw written.invalid(
                            JobKey.BROADCAST,
                            "cannot be set beside " + key + "="
                                    + (key.isConfidential() ? InvalidSettingException.hidden(value) : quoted(value))
                                    + ": " + obstacle.why());
                }
            });
        }
        return wanted;
    }

    private static String quoted(String value) {
        return "\"" + value + "\"";
    }
}
