package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.OnStartup;
import io.elasticjob.Operator;
import io.elasticjob.Setting;
import io.elasticjob.TriggerRequest;
import io.elasticjob.text.StableHash;
import io.elasticjob.text.VisibleText;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The run that a job asks for when another version of its application starts. The version is part of what is declared, so
 * that the word of the instance that started last counts, and that the registry says which version it was.
 */
public final class Startup {

    private static final int LONGEST = 100;

    private Startup() {}

    /**
     * What is declared by this version of the application: the same job, unless it asks for a run at the start.
     *
     * @param version of the application; where it is unknown, what the job declares stands for it
     */
    public static JobDefinition versioned(JobDefinition declared, String version) {
        OnStartup asked = declared.onStartup();
        if (!asked.wanted() || !asked.version().isEmpty()) {
            return declared;
        }
        boolean isPlain = !version.isBlank()
                && version.length() <= LONGEST
                && VisibleText.firstForeign(version).isEmpty();
        String text = version.isBlank() ? declared.settings().toString() : version;
        String shown = isPlain ? version.strip() : Long.toHexString(StableHash.ofText(text));
        Setting.Source source =
                declared.setting(JobKey.ON_STARTUP).orElseThrow().source();
        return declared.with(Map.of(JobKey.ON_STARTUP, new Setting(OnStartup.of(shown), source)));
    }

    /**
     * The trigger that is created together with a declaration; empty when the same version was declared before, or the job, or
     * each of its shards, is disabled.
     *
     * @param before what the registry holds; null when the job is not there
     * @param after what is to be written
     * @param now registry time
     */
    public static Optional<Trigger> trigger(
            @Nullable StoredJob before, StoredJob after, JobDefinition declared, Instant now) {
        if (!declared.onStartup().wanted() || (before != null && version(before).equals(version(after)))) {
            return Optional.empty();
        }
        JobDefinition effective = after.effective();
        boolean runs = effective.onStartup().wanted()
                && effective.enabled()
                && IntStream.range(0, after.shardCount().count())
                        .anyMatch(shard -> !after.switches().isOff(shard));
        if (!runs) {
            return Optional.empty();
        }
        String version = declared.onStartup().version();
        Operator by = new Operator(after.application(), "version " + version + " started");
        TriggerRequest request = TriggerRequest.of(after.name())
                .withId("startup-" + Long.toHexString(StableHash.ofText(version)))
                .by(by);
        return Optional.of(Demand.trigger(after, () -> effective, request, now));
    }

    private static Optional<String> version(StoredJob job) {
        return Optional.ofNullable(job.declared().get(JobKey.ON_STARTUP)).map(Setting::value);
    }
}
