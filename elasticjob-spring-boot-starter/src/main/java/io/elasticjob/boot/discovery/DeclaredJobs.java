package io.elasticjob.boot.discovery;

import io.elasticjob.DataflowJob;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.SettingForm;
import io.elasticjob.SimpleJob;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.text.Durations;
import io.elasticjob.text.NearestName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs that this application declares and the handlers that it offers.
 *
 * @param handlers what runs them, by name
 */
public record DeclaredJobs(List<JobDefinition> definitions, Map<String, SimpleJob> handlers) {

    private static final Logger log = LoggerFactory.getLogger(DeclaredJobs.class);

    /** Over the session timeout: how long a hand-over may take that makes no misfire. */
    private static final Duration HAND_OVER = Duration.ofSeconds(5);

    public DeclaredJobs {
        definitions = List.copyOf(definitions);
        handlers = Collections.unmodifiableMap(new LinkedHashMap<>(handlers));
    }

    public boolean isEmpty() {
        return definitions.isEmpty() && handlers.isEmpty();
    }

    /** Of each job that is never due again by itself, a sentence that warns of it. */
    public List<String> warnings(Instant now) {
        return definitions.stream()
                .filter(job -> job.enabled() && !(job.schedule() instanceof Schedule.None))
                .filter(job -> !job.schedule().isByEnd())
                .filter(job -> job.schedule().next(now).isEmpty())
                .map(job -> job.name() + " has a schedule without any time to come (" + job.schedule()
                        + "): it does not fire again unless it is triggered")
                .toList();
    }

    /** Of each job whose cron gives days of the week in figures, a sentence that says which days they are. */
    public List<String> remarks() {
        return definitions.stream()
                .flatMap(job -> job.schedule().base() instanceof Schedule.Cron cron
                        ? cron
                                .daysOfWeekInWords()
                                .map(days -> job.name() + " runs by cron \"" + cron.expression()
                                        + "\", whose days of the week are " + days
                                        + ": 1 is Sunday, as in Quartz. Write the"
                                        + " names of the days to be rid of this line")
                                .stream()
                        : Stream.empty())
                .toList();
    }

    /**
     * What jobs can be made of.
     *
     * @param strategies names of the known sharding strategies
     * @param sessionTimeout with the registry
     * @param handlers that are there beside those of annotated jobs
     * @param unknownJobs what becomes of settings of a job that is not there
     * @param ambient whether a property of that name only comes from environment variables or the like
     * @param remoteHandlers names of handlers that other instances offer
     */
    public record Surroundings(
            Set<String> strategies,
            Duration sessionTimeout,
            List<Handler> handlers,
            UnknownJobs unknownJobs,
            Predicate<String> ambient,
            Set<String> remoteHandlers) {

        /** Without handlers elsewhere. */
        public Surroundings(
                Set<String> strategies,
                Duration sessionTimeout,
                List<Handler> handlers,
                UnknownJobs unknownJobs,
                Predicate<String> ambient) {
            this(strategies, sessionTimeout, handlers, unknownJobs, ambient, Set.of());
        }

        /** Where all settings of unknown jobs are refused. */
        public Surroundings(Set<String> strategies, Duration sessionTimeout, List<Handler> handlers) {
            this(strategies, sessionTimeout, handlers, UnknownJobs.FAIL, property -> false);
        }
    }

    /**
     * Lays properties over annotations, key by key, and checks what comes of it.
     *
     * @param properties by the name of the job, as written, as maps of maps; the first counts of those that mean the same
     * @throws InvalidSettingException naming the first setting that cannot be used, where it is written
     */
    public static DeclaredJobs of(List<AnnotatedJob> annotated, Map<String, ?> properties, Surroundings surroundings) {
        Map<String, Handler> handlers = byName(annotated);
        List<String> names = annotated.stream().map(AnnotatedJob::name).toList();
        Map<String, JobEntry> entries =
                JobEntries.read(properties, names, surroundings.unknownJobs(), surroundings.ambient());
        surroundings.handlers().forEach(handler -> offer(handler, handlers));
        List<JobDefinition> definitions = new ArrayList<>();
        for (AnnotatedJob job : annotated) {
            definitions.add(
                    new JobSources(job.name(), job, entries.remove(job.name())).checked(handlers, surroundings));
        }
        entries.forEach((name, entry) -> {
            if (surroundings.unknownJobs() == UnknownJobs.WARN
                    && !handlers.containsKey(entry.handler())
                    && !surroundings.remoteHandlers().contains(entry.handler())) {
                log.warn(
                        "The job {} is not declared: its handler {} does not exist, and elasticjob.unknown-jobs=warn",
                        name,
                        entry.handler());
            } else {
                definitions.add(new JobSources(name, null, entry).checked(handlers, surroundings));
            }
        });
        Map<String, SimpleJob> offered = new LinkedHashMap<>();
        handlers.forEach((name, handler) -> offered.put(name, handler.job()));
        return new DeclaredJobs(definitions, offered);
    }

    private static Map<String, Handler> byName(List<AnnotatedJob> annotated) {
        Map<String, AnnotatedJob> jobs = new LinkedHashMap<>();
        Map<String, Handler> byName = new LinkedHashMap<>();
        for (AnnotatedJob job : annotated) {
            JobDefinition.checkedName("@ElasticJob(name) on " + job.origin(), job.name());
            AnnotatedJob other = jobs.putIfAbsent(job.name(), job);
            job.offered().ifPresent(handler -> byName.putIfAbsent(job.name(), handler));
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

    /** A job in the making: what annotation and properties say of it, either of which may be missing. */
    private record JobSources(
            String name,
            @Nullable AnnotatedJob annotated,
            @Nullable JobEntry entry) {

        JobDefinition checked(Map<String, Handler> handlers, Surroundings surroundings) {
            JobDefinition definition = definition();
            Handler handler = handlers.get(definition.handler());
            if (handler != null) {
                check(definition, handler);
            } else if (!surroundings.remoteHandlers().contains(definition.handler())) {
                throw noSuchHandler(definition, handlers.keySet());
            }
            checkPlace(definition, surroundings);
            return definition;
        }

        private void check(JobDefinition definition, Handler handler) {
            if (definition.value(DataflowJob.STREAMING, SettingForm.flag()) && !handler.mayStream()) {
                throw invalid(
                        DataflowJob.STREAMING,
                        "true",
                        "needs a handler that implements DataflowJob, and the " + handler.origin()
                                + " does not: leave the key out, or implement it");
            }
            if (!handler.takesContext() && definition.shardingTotalCount() > 1) {
                throw invalid(
                        JobKey.SHARDING_TOTAL_COUNT,
                        Integer.toString(definition.shardingTotalCount()),
                        "needs a handler that knows its shard: add a ShardingContext argument to the "
                                + handler.origin());
            }
        }

        private void checkPlace(JobDefinition definition, Surroundings surroundings) {
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
        }

        private InvalidSettingException noSuchHandler(JobDefinition definition, Set<String> handlers) {
            JobKey key = definition.handlerKey();
            if (key.equals(JobKey.HANDLER)) {
                return invalid(
                        key,
                        definition.handler(),
                        "is not a handler of this application" + NearestName.hint(definition.handler(), handlers));
            }
            String prefix = key.key() + ":";
            List<String> declared = handlers.stream()
                    .filter(handler -> handler.startsWith(prefix))
                    .map(handler -> handler.substring(prefix.length()))
                    .toList();
            String name = definition.handler().substring(prefix.length());
            return invalid(
                    key,
                    name,
                    "is no " + key.handlerNoun() + " of this application" + NearestName.hint(name, declared));
        }

        private JobDefinition definition() {
            try {
                Map<JobKey, Setting> settings = settings();
                Map<JobKey, String> values = new TreeMap<>();
                settings.forEach((key, setting) -> values.put(key, setting.value()));
                JobDefinition.checkAsGiven(name, values);
                return JobDefinition.of(name, settings);
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
            Map<JobKey, Setting> all = new TreeMap<>();
            if (annotated != null) {
                all.putAll(annotated.settings());
            }
            if (entry != null) {
                Map<JobKey, Setting> over = entry.settings();
                all.keySet().removeIf(key -> key.isReplacedBy(over.keySet()));
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
                String attribute = JobKey.common().contains(key) ? key.key() : "settings: " + key.key();
                return "@ElasticJob(" + attribute + ") on " + annotated.origin();
            }
            return JobEntry.property(name) + "." + JobEntry.kebab(key);
        }
    }
}
