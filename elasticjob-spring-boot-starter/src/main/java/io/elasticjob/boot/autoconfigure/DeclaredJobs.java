package io.elasticjob.boot.autoconfigure;

import io.elasticjob.Durations;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.NearestName;
import io.elasticjob.Setting;
import io.elasticjob.SimpleJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that this application declares and the handlers that it offers.
 *
 * @param handlers what runs them, by name
 */
record DeclaredJobs(List<JobDefinition> definitions, Map<String, SimpleJob> handlers) {

    /** Over the session timeout: how long a hand-over may take that makes no misfire. */
    private static final Duration HAND_OVER = Duration.ofSeconds(5);

    DeclaredJobs {
        definitions = List.copyOf(definitions);
        handlers = Collections.unmodifiableMap(new LinkedHashMap<>(handlers));
    }

    boolean isEmpty() {
        return definitions.isEmpty() && handlers.isEmpty();
    }

    /**
     * What jobs can be made of.
     *
     * @param strategies names of the known sharding strategies
     * @param sessionTimeout with the registry
     * @param handlers that are there beside those of annotated jobs
     */
    record Surroundings(Set<String> strategies, Duration sessionTimeout, List<Handler> handlers) {}

    /**
     * Lays properties over annotations, key by key, and checks what comes of it.
     *
     * @param properties by the name of the job, as written; the first counts of those that mean the same
     * @throws InvalidSettingException naming the first setting that can not be used, where it is written
     */
    static DeclaredJobs of(
            List<AnnotatedJob> annotated, Map<String, ? extends Map<String, ?>> properties, Surroundings surroundings) {
        Map<String, Handler> handlers = byName(annotated);
        Map<String, JobEntry> entries = entries(properties, List.copyOf(handlers.keySet()));
        surroundings.handlers().forEach(handler -> offer(handler, handlers));
        List<JobDefinition> definitions = new ArrayList<>();
        for (AnnotatedJob job : annotated) {
            definitions.add(new Draft(job.name(), job, entries.remove(job.name())).checked(handlers, surroundings));
        }
        entries.forEach((name, entry) -> definitions.add(new Draft(name, null, entry).checked(handlers, surroundings)));
        Map<String, SimpleJob> offered = new LinkedHashMap<>();
        handlers.forEach((name, handler) -> offered.put(name, handler.job()));
        return new DeclaredJobs(definitions, offered);
    }

    private static Map<String, Handler> byName(List<AnnotatedJob> annotated) {
        Map<String, Handler> byName = new LinkedHashMap<>();
        for (AnnotatedJob job : annotated) {
            JobDefinition.checkedName("@ElasticJob(name) on " + job.origin(), job.name());
            Handler other = byName.putIfAbsent(job.name(), job.offered());
            if (other != null) {
                throw new InvalidSettingException(
                        "@ElasticJob(name) on " + job.origin(),
                        job.name(),
                        "is the name of another job as well, on " + other.origin() + ": each job needs its own");
            }
        }
        return byName;
    }

    private static void offer(Handler handler, Map<String, Handler> handlers) {
        Handler other = handlers.putIfAbsent(handler.name(), handler);
        if (other != null) {
            throw new InvalidSettingException(
                    "name of the " + handler.origin(),
                    handler.name(),
                    "is the name of a job as well, on " + other.origin()
                            + ": a job that names it as its handler could mean either, so rename one of them");
        }
    }

    /** The entries by the name of the job that they mean, or make. */
    private static Map<String, JobEntry> entries(
            Map<String, ? extends Map<String, ?>> properties, Collection<String> annotated) {
        record Raw(String name, Map<String, ?> values) {}
        Map<String, List<Raw>> alike = new LinkedHashMap<>();
        properties.forEach((name, values) -> alike.computeIfAbsent(meant(name, annotated), any -> new ArrayList<>())
                .add(new Raw(name, values)));
        Map<String, JobEntry> entries = new LinkedHashMap<>();
        alike.forEach((key, several) -> {
            boolean known = annotated.contains(key);
            if (!known && several.stream().noneMatch(raw -> JobEntry.namesHandler(raw.values()))) {
                throw noSuchJob(several.get(0).name(), annotated);
            }
            JobEntry entry = JobEntry.merged(several.stream()
                    .map(raw -> JobEntry.read(raw.name(), raw.values()))
                    .toList());
            entries.put(known ? key : JobDefinition.checkedName("elasticjob.jobs", entry.name()), entry);
        });
        return entries;
    }

    private static String meant(String written, Collection<String> annotated) {
        if (annotated.contains(written)) {
            return written;
        }
        String plain = NearestName.plain(written);
        List<String> alike = annotated.stream()
                .filter(name -> NearestName.plain(name).equals(plain))
                .toList();
        if (alike.size() > 1) {
            throw new InvalidSettingException(
                    "elasticjob.jobs",
                    written,
                    "could mean each of the jobs " + String.join(", ", alike) + ": write the name as it is");
        }
        return alike.isEmpty() ? "/" + plain : alike.get(0); // no job's name has a slash
    }

    private static InvalidSettingException noSuchJob(String written, Collection<String> annotated) {
        String beginning = written + ".";
        String dotted = annotated.stream()
                .filter(name -> name.startsWith(beginning))
                .findFirst()
                .map(name -> "; a name with dots is written in brackets: " + JobEntry.property(name))
                .orElseGet(() -> NearestName.hint(written, annotated));
        return new InvalidSettingException(
                "elasticjob.jobs", written, "matches no job of this application and names no handler" + dotted);
    }

    /** A job in the making: what annotation and properties say of it, either of which may be missing. */
    private record Draft(
            String name,
            @Nullable AnnotatedJob annotated,
            @Nullable JobEntry entry) {

        JobDefinition checked(Map<String, Handler> handlers, Surroundings surroundings) {
            JobDefinition definition = definition();
            Handler handler = handlers.get(definition.handler());
            if (handler == null) {
                throw invalid(
                        JobKey.HANDLER,
                        definition.handler(),
                        "is not a handler of this application"
                                + NearestName.hint(definition.handler(), handlers.keySet()));
            }
            if (!handler.takesContext() && definition.shardingTotalCount() > 1) {
                throw invalid(
                        JobKey.SHARDING_TOTAL_COUNT,
                        Integer.toString(definition.shardingTotalCount()),
                        "needs a handler that is told its shard: give a ShardingContext to the " + handler.origin());
            }
            String strategy = definition.shardingStrategy();
            if (!surroundings.strategies().contains(strategy)) {
                throw invalid(
                        JobKey.SHARDING_STRATEGY,
                        strategy,
                        "is neither a built-in strategy nor the name of a ShardingStrategy bean"
                                + NearestName.hint(strategy, surroundings.strategies()));
            }
            Duration least = surroundings.sessionTimeout().plus(HAND_OVER);
            if (definition.monitorExecution() && definition.misfireThreshold().compareTo(least) < 0) {
                throw invalid(
                        JobKey.MISFIRE_THRESHOLD,
                        definition
                                .setting(JobKey.MISFIRE_THRESHOLD)
                                .orElseThrow()
                                .value(),
                        "must be at least " + Durations.format(least)
                                + ": elasticjob.registry.session-timeout and 5s for the hand-over");
            }
            return definition;
        }

        private JobDefinition definition() {
            try {
                return JobDefinition.of(name, settings());
            } catch (InvalidSettingException invalid) {
                for (JobKey key : JobKey.values()) {
                    if (invalid.key().equals(name + "." + key.key())) {
                        throw invalid(key, invalid.value(), invalid.rule());
                    }
                }
                throw invalid;
            }
        }

        /** Properties over annotation. Checked together only: shards may be counted here and named there. */
        private Map<JobKey, Setting> settings() {
            Map<JobKey, Setting> all = new EnumMap<>(JobKey.class);
            if (annotated != null) {
                all.putAll(annotated.settings());
            }
            if (entry != null) {
                Map<JobKey, Setting> over = entry.settings();
                if (over.keySet().stream().anyMatch(JobKey::saysWhen)) {
                    all.keySet().removeIf(JobKey::saysWhen);
                }
                all.putAll(over);
            }
            return all;
        }

        /** The same trouble, told of where the setting is written. */
        private InvalidSettingException invalid(JobKey key, String value, String rule) {
            return new InvalidSettingException(whereWritten(key), value, rule);
        }

        private String whereWritten(JobKey key) {
            if (entry != null && entry.values().containsKey(key)) {
                return entry.values().get(key).property();
            }
            if (annotated != null && annotated.settings().containsKey(key)) {
                return "@ElasticJob(" + key.key() + ") on " + annotated.origin();
            }
            return JobEntry.property(name) + "." + JobEntry.kebab(key);
        }
    }
}
