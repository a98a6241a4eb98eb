package io.elasticjob;

import io.elasticjob.text.Durations;
import io.elasticjob.text.LabelTerms;
import io.elasticjob.text.Pairs;
import io.elasticjob.text.VisibleText;
import java.util.Map;
import java.util.Optional;

/** What holds for the values of all keys, before anything is read out of them. */
final class SettingChecks {

    private SettingChecks() {}

    /** Looks at lengths and characters, of each value and of all together. */
    static void check(String name, Map<JobKey, Setting> given) {
        int length = 0;
        for (Map.Entry<JobKey, Setting> setting : given.entrySet()) {
            JobKey key = setting.getKey();
            String value = setting.getValue().value();
            if (!key.isKnown()) {
                throw WrittenSettings.invalid(
                        name,
                        key,
                        value,
                        "is set for a key that this version does not know: the job runs where a version does that knows it");
            }
            checkLength(name, key, value);
            length += value.length();
            Optional<String> wrong = wrongCharacter(key, value.strip());
            if (wrong.isPresent()) {
                throw WrittenSettings.invalid(name, key, value, wrong.get());
            }
        }
        if (length > JobDefinition.MAX_LENGTH) {
            throw new InvalidSettingException(
                    name,
                    "(" + length + " characters)",
                    "is too long: all settings of a job together may have " + JobDefinition.MAX_LENGTH
                            + " characters, these have " + length);
        }
    }

    /** As {@link JobDefinition#checkAsGiven}. */
    static void checkAsGiven(String name, JobKey key, String value) {
        if ((key.saysWhen() || key.equals(JobKey.ZONE)) && value.isBlank()) {
            throw WrittenSettings.invalid(
                    name,
                    key,
                    value,
                    key.equals(JobKey.ZONE)
                            ? "is no time zone: name one, such as Europe/Berlin, or leave the key out"
                            : "says nothing: write cron=- for a job without a schedule, or leave the key out; what was"
                                    + " configured before is taken back by reset");
        }
        checkLength(name, key, value);
        if (key.equals(JobKey.ZONE)) {
            WrittenSchedule.zone(name, value.strip()); // also where nothing reads it yet
        }
        if (key.isDuration() && Durations.lacksUnit(value)) {
            throw WrittenSettings.invalid(name, key, value, Durations.unitRule(value.strip()));
        }
        if (key.isPairs()) {
            String written = value.strip();
            Optional<String> doubtful = key.equals(JobKey.LABELS) ? LabelTerms.doubt(written) : Pairs.doubt(written);
            doubtful.ifPresent(doubt -> {
                throw WrittenSettings.invalid(name, key, value, doubt);
            });
        }
    }

    private static void checkLength(String name, JobKey key, String value) {
        if (value.length() > key.maxLength()) {
            throw new InvalidSettingException(
                    name + "." + key.key(),
                    key.isConfidential() ? InvalidSettingException.hidden(value) : VisibleText.of(value, 20),
                    "is too long: it may have " + key.maxLength() + " characters, and has " + value.length());
        }
    }

    static Optional<String> wrongCharacter(JobKey key, String value) {
        if (VisibleText.isBroken(value)) {
            return Optional.of("is no text: it has half of a surrogate pair; encode bytes, in Base64 for instance");
        }
        return switch (key.characters()) {
            case ANY -> Optional.empty();
            case PLAIN -> VisibleText.firstForeign(value);
            case VISIBLE ->
                value.isEmpty()
                        ? Optional.of("must not be blank: name one, or leave the key out")
                        : VisibleText.firstHidden(value)
                                .map(hidden -> "must not have characters that are not seen: " + hidden);
        };
    }
}
