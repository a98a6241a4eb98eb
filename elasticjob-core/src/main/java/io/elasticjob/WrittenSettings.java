package io.elasticjob;

import io.elasticjob.text.MalformedTextException;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The settings of a job as they are written, of which values are read.
 *
 * @param name of the job
 */
record WrittenSettings(String name, SortedMap<JobKey, Setting> all) {

    /** The setting that holds for a key: what was set, or its default; empty when there is neither. */
    Optional<Setting> setting(JobKey key) {
        Setting given = all.get(key);
        if (given != null) {
            return Optional.of(given);
        }
        Optional<String> fallback = key.equals(JobKey.HANDLER) ? Optional.of(name) : key.defaultValue();
        return fallback.map(value -> new Setting(value, Setting.Source.DEFAULT));
    }

    /** What is written for a key, without white space at its ends; "" when there is nothing. */
    String text(JobKey key) {
        return setting(key).map(Setting::value).orElse("").strip();
    }

    /** @throws InvalidSettingException when it does not have this form */
    <T> T read(JobKey key, SettingForm<T> form) {
        try {
            return form.read(text(key));
        } catch (IllegalArgumentException broken) {
            throw invalid(key, MalformedTextException.ruleOf(broken));
        }
    }

    /**
     * The same for the key of a kind of handlers, whose form is somebody else's code.
     *
     * @throws InvalidSettingException when it does not have its form, or the form cannot say
     */
    void check(JobKey key) {
        JobKey known = JobKey.of(key.key()).orElse(key); // one that was made elsewhere may know less
        try {
            known.form().read(text(known));
        } catch (NumberFormatException notANumber) { // it says what it has read, and no rule
            throw invalid(known, "must be a number");
        } catch (IllegalArgumentException broken) {
            throw invalid(known, rule(known, MalformedTextException.ruleOf(broken)));
        } catch (Throwable failed) {
            throw invalid(known, rule(known, "could not be checked: " + failed));
        }
    }

    /** The same for all that a kind of handlers says of the settings together. */
    void check(HandlerKind kind, JobDefinition job) {
        try {
            kind.check(job);
        } catch (InvalidSettingException broken) {
            throw broken;
        } catch (Throwable failed) {
            throw new InvalidSettingException(
                    name, name, "could not be checked as a job of the kind " + kind.name() + ": " + failed);
        }
    }

    /** A rule that repeats a value that may be secret is not shown. */
    private String rule(JobKey key, String rule) {
        String value = text(key);
        return key.isConfidential() && !value.isEmpty() && rule.contains(value)
                ? "does not have the form that its kind of handlers needs"
                : rule;
    }

    InvalidSettingException invalid(JobKey key, String rule) {
        return invalid(name, key, text(key), rule);
    }

    static InvalidSettingException invalid(String name, JobKey key, String value, String rule) {
        return new InvalidSettingException(
                name + "." + key.key(), key.isConfidential() ? InvalidSettingException.hidden(value) : value, rule);
    }
}
