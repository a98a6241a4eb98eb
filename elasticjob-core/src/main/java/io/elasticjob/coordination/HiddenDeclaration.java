package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /** Those of a job, by key, as an instance declares it. */
    public static List<HiddenDeclaration> of(JobDefinition declared, Map<JobKey, StoredJob.Override> overrides) {
        List<HiddenDeclaration> hidden = new ArrayList<>();
        overrides.forEach((key, override) -> {
            JobKey inItsPlace = declaredKey(declared, key);
            String value =
                    declared.setting(inItsPlace).map(Setting::value).orElse("").strip();
            boolean differs = inItsPlace != key
                    || !value.equalsIgnoreCase(override.value().strip());
            boolean settled = key == JobKey.ZONE && !overrides.containsKey(JobKey.CRON) && inItsPlace == key;
            if (differs && !(settled && value.isEmpty())) {
                hidden.add(new HiddenDeclaration(key, inItsPlace, value, override));
            }
        });
        return hidden;
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
