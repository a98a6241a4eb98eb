package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.view.JobView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizableData;

/** Shows a job without what must not be seen of its parameters. */
final class Masked {

    /** For who decides what is shown: a handler may keep there what its parameters hold. */
    private static final String CHECKPOINT = "checkpoint";

    private static final String SHARD_PARAMETERS = JobKey.SHARDING_ITEM_PARAMETERS.key();

    private final BinaryOperator<String> shown;
    private final @Nullable Boolean isOperable;

    /**
     * @param shown what is shown of the value of a key
     * @param isOperable whether the one who asks may operate it; null where nobody in particular asks
     */
    private Masked(BinaryOperator<String> shown, @Nullable Boolean isOperable) {
        this.shown = shown;
        this.isOperable = isOperable;
    }

    /** As far as one may see them. */
    static Masked of(JobView job, Rights rights) {
        return new Masked((key, value) -> rights.shown(job, key, value), rights.mayOperate(job));
    }

    /** Whoever looks. */
    static Masked always() {
        return new Masked((key, value) -> value.isEmpty() ? value : SanitizableData.SANITIZED_VALUE, null);
    }

    JobDetailDescriptor of(JobDetailDescriptor all) {
        return new JobDetailDescriptor(
                all.name(),
                all.application(),
                all.state(),
                isOperable,
                all.undeclaredSince(),
                all.enabled(),
                all.problem(),
                all.schedule(),
                all.since(),
                all.nextFireTimes(),
                all.upcomingShards(),
                each(all.configuration(), (key, setting) -> new Setting(text(key, setting.value()), setting.source())),
                each(all.declared(), (key, setting) -> new Setting(text(key, setting.value()), setting.source())),
                each(
                        all.overrides(),
                        (key, override) -> new StoredJob.Override(
                                text(key, override.value()), override.who(), override.when(), override.why())),
                all.switches(),
                all.eligible(),
                all.obstacles(),
                all.homes(),
                all.limits(),
                all.triggers(),
                all.plans(),
                all.shards().stream()
                        .map(shard -> of(
                                shard,
                                ShardDescriptor.LeftCheckpoint.mostOf(
                                        all.shards().size())))
                        .toList());
    }

    private static <T> Map<String, T> each(Map<String, T> values, BiFunction<String, T, T> mask) {
        Map<String, T> masked = new LinkedHashMap<>();
        values.forEach((key, value) -> masked.put(
                key, JobKey.of(key).map(JobKey::isConfidential).orElse(true) ? mask.apply(key, value) : value));
        return masked;
    }

    private String text(String key, String value) {
        return shown.apply(key, value);
    }

    private ShardDescriptor of(ShardDescriptor whole, int most) {
        ShardDescriptor shard = isOperable == null ? whole.withoutCheckpoint() : whole; // it may be long
        ShardDescriptor.LeftCheckpoint left = shard.checkpoint();
        if (left != null) {
            shard = shard.withCheckpoint(left.shown(text(CHECKPOINT, left.text()), most));
        }
        String parameter = shard.parameter();
        return parameter == null ? shard : shard.withParameter(text(SHARD_PARAMETERS, parameter));
    }
}
