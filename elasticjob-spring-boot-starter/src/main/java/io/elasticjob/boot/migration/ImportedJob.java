package io.elasticjob.boot.migration;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job of another scheduler, in settings that can be used here.
 *
 * @param name under which it is declared here
 * @param origin what it is there, such as the class that runs it
 * @param settings in the order in which they are written
 * @param remarks what could not be translated, a sentence each
 */
record ImportedJob(String name, String origin, Map<JobKey, String> settings, List<String> remarks) {

    ImportedJob {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        remarks = List.copyOf(remarks);
    }

    static Builder named(String name, String origin) {
        return new Builder(name, origin);
    }

    /** Collects settings and remarks. What cannot be used here becomes a remark. */
    static final class Builder {

        private final String name;
        private final String origin;
        private final Map<JobKey, String> settings = new LinkedHashMap<>();
        private final List<String> remarks = new ArrayList<>();

        private Builder(String name, String origin) {
            this.name = name;
            this.origin = origin;
        }

        Builder set(JobKey key, String value) {
            settings.put(key, value);
            return this;
        }

        /** Sets a key that a kind of handlers brings. */
        Builder set(String key, String value) {
            return set(JobKey.of(key).orElseThrow(), value);
        }

        Builder setIf(boolean holds, JobKey key, String value) {
            return holds ? set(key, value) : this;
        }

        Builder remark(String sentence) {
            remarks.add(sentence);
            return this;
        }

        Builder remarkIf(boolean holds, String sentence) {
            return holds ? remark(sentence) : this;
        }

        boolean has(JobKey key) {
            return settings.containsKey(key);
        }

        /** What an instant is set to; empty where it is not set. */
        Optional<Instant> instant(JobKey key) {
            return Optional.ofNullable(settings.get(key))
                    .map(text -> DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from));
        }

        ImportedJob build() {
            Optional<InvalidSettingException> wrong = firstWrong();
            while (wrong.isPresent()) {
                drop(wrong.get());
                wrong = firstWrong();
            }
            return new ImportedJob(name, origin, settings, remarks);
        }

        private Optional<InvalidSettingException> firstWrong() {
            try {
                JobDefinition.checkAsGiven(name, settings);
                JobDefinition.Builder job = JobDefinition.named(name);
                settings.forEach(job::set);
                job.build();
                return Optional.empty();
            } catch (InvalidSettingException wrong) {
                return Optional.of(wrong);
            }
        }

        /** Without the setting that is wrong; without all of them where it is not to be told which. */
        private void drop(InvalidSettingException wrong) {
            List<JobKey> named = settings.keySet().stream()
                    .filter(key -> ("." + wrong.key()).endsWith("." + key.key()))
                    .toList();
            remark("cannot be used here: " + wrong.getMessage());
            if (named.isEmpty()) {
                settings.clear();
            }
            named.forEach(settings::remove);
            if (settings.keySet().stream().noneMatch(JobKey::saysWhen)) {
                settings.keySet().removeIf(JobKey::isSchedule); // limits alone say nothing
            }
        }
    }
}
