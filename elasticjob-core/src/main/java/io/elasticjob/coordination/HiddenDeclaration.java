package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.text.Durations;
import io.elasticjob.text.Pairs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A setting that is declared, and does not hold because an operator has laid another value over it: the one who deploys it again
 * waits for it in vain.
 *
 * @param key that the operator has set
 * @param declaredKey that is declared in its place: the same, or another one that says when the job fires
 * @param declared what is declared, or the default; "" for none
 * @param override what holds instead
 */
public record HiddenDeclaration(JobKey key, JobKey declaredKey, String declared, StoredJob.Override override) {

    /** Whose values are the same in capitals or not. Texts, parameters and names of others' things are not. */
    private static final Set<JobKey> WORDS = Set.of(
            JobKey.CRON,
            JobKey.AT,
            JobKey.BETWEEN,
            JobKey.EXCLUDED_DAYS,
            JobKey.ON_STARTUP,
            JobKey.BROADCAST,
            JobKey.MONITOR_EXECUTION,
            JobKey.FAILOVER,
            JobKey.MISFIRE,
            JobKey.CATCH_UP,
            JobKey.OVERLAP,
            JobKey.ON_SESSION_LOSS,
            JobKey.KEEP_CHECKPOINT,
            JobKey.RECORD_FIRINGS,
            JobKey.JOIN,
            JobKey.ENABLED);

    private static final Set<JobKey> DURATIONS = Set.of(
            JobKey.EVERY,
            JobKey.FIXED_DELAY,
            JobKey.INITIAL_DELAY,
            JobKey.JITTER,
            JobKey.TIMEOUT,
            JobKey.CANCEL_GRACE,
            JobKey.RETRY_DELAY,
            JobKey.RETRY_MAX_DELAY,
            JobKey.MISFIRE_THRESHOLD,
            JobKey.CATCH_UP_AGE,
            JobKey.FIRING_LISTENER_TIMEOUT,
            JobKey.FIRING_DEADLINE);

    /** Those of a job, by key, as an instance declares it. */
    public static List<HiddenDeclaration> of(JobDefinition declared, Map<JobKey, StoredJob.Override> overrides) {
        List<HiddenDeclaration> hidden = new ArrayList<>();
        overrides.forEach((key, override) -> {
            JobKey inItsPlace = declaredKey(declared, key);
            String value = declared.setting(inItsPlace).map(Setting::value).orElse("");
            boolean differs = !inItsPlace.equals(key) || !isSame(key, value, override.value());
            boolean settled = key == JobKey.ZONE && !overrides.containsKey(JobKey.CRON) && inItsPlace == key;
            if (differs && !(settled && value.isEmpty())) {
                hidden.add(new HiddenDeclaration(key, inItsPlace, value, override));
            }
        });
        return hidden;
    }

    /** Whether two values say the same: words in capitals or not, durations in whatever units, pairs in whatever order. */
    private static boolean isSame(JobKey key, String one, String other) {
        if (one.equals(other) || WORDS.contains(key) && one.strip().equalsIgnoreCase(other.strip())) {
            return true;
        }
        try {
            if (key.isPairs()) {
                return pairs(one).equals(pairs(other));
            }
            return DURATIONS.contains(key) && Durations.parseStored(one).equals(Durations.parseStored(other));
        } catch (IllegalArgumentException malformed) {
            return false; // none of this key, such as "-" for none
        }
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new HashMap<>();
        Pairs.read(text, pairs::put);
        return pairs;
    }

    private static JobKey declaredKey(JobDefinition declared, JobKey key) {
        if (!key.saysWhen()) {
            return key;
        }
        Optional<JobKey> said =
                declared.settings().keySet().stream().filter(JobKey::saysWhen).findFirst();
        return said.orElse(key);
    }

    /** What is declared, in words; confidential values are not shown. */
    public String declaredInWords() {
        return declared.isEmpty() ? "no " + declaredKey.key() : inWords(declaredKey, declared);
    }

    /** What holds instead, in words; confidential values are not shown. */
    public String overridingInWords() {
        return inWords(key, override.value());
    }

    private static String inWords(JobKey key, String value) {
        return key.isConfidential() ? key.key() + " (value not shown)" : key.key() + "=" + value;
    }
}
