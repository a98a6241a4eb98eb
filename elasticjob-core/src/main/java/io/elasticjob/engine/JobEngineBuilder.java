package io.elasticjob.engine;

import io.elasticjob.Concurrency;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringClock;
import io.elasticjob.FiringListener;
import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobErrorHandler;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.ShardPlanner;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.ChainCheck;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Startup;
import io.elasticjob.coordination.Starvation;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Unattended;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.schedule.FireCalendar;
import io.elasticjob.schedule.NamedCalendar;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.spi.FireSource;
import io.elasticjob.spi.OutsideCall;
import io.elasticjob.spi.RegistryObserver;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.text.Durations;
import io.elasticjob.text.VisibleText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects what an engine is made of.
 *
 * @since 0.1.0
 */
public final class JobEngineBuilder {

    /** What a drain and an id add to what an instance shows of itself. */
    private static final int DRAIN_BYTES = 4 * 1024;

    /** What is stored beside key and value of a setting, and more than what is stored beside all settings of a job. */
    private static final int CHARACTERS_BESIDE = 1_000;

    /** As JSON. */
    private static final int MOST_BYTES_OF_A_CHARACTER = 6;

    private static final int LONGEST_APPLICATION = 255;
    private static final int LONGEST_HOST = 255;
    private static final String FIRING_LISTENERS = "elasticjob-firing-listener";
    private static final Duration MOST_TIME_DIFF = Duration.ofHours(1);

    private String namespace = "";
    private String application = "";
    private @Nullable String name;
    private @Nullable String host;
    private Map<String, String> labels = Map.of();
    private String version = "";
    private Map<String, FireCalendar> calendars = Map.of();
    private Map<String, Integer> limits = Map.of();
    private Duration homesAfter = Duration.ofMinutes(5);
    private Map<String, FiringListener> firingListeners = Map.of();
    private Map<String, ShardPlanner> planners = Map.of();
    private StrategyCatalog strategies = StrategyCatalog.builtIn();
    private Duration maxTimeDiff = Duration.ofSeconds(10);
    private FiringClock clock = FiringClock.REGISTRY;
    private @Nullable Duration forgetAfter;
    private Starvation starvation = Starvation.OFF;
    private Unattended unattended = Unattended.NEVER;
    private Set<String> remoteHandlers = Set.of();
    private final Map<String, JobDefinition> jobs = new LinkedHashMap<>();
    private final List<Consumer<ElasticJobEvent>> listeners = new ArrayList<>();
    private final List<RegistryObserver> observers = new ArrayList<>();
    private @Nullable Registry registry;
    private @Nullable FireSource fireSource;
    private @Nullable ShardRunner runner;
    private @Nullable Timekeeper timekeeper;
    private boolean watchLoop;
    private @Nullable Executor eventExecutor;
    private @Nullable Executor answerExecutor;
    private Executor listenerExecutor =
            OutsideCall.threadEach(FIRING_LISTENERS, Thread.currentThread().getContextClassLoader());
    private @Nullable Supplier<String> idSource;
    private Supplier<String> requestIds = RandomIds::request;
    private Supplier<String> jobLives = RandomIds::unique;

    JobEngineBuilder() {}

    /** Where instances that belong together meet. Required. */
    public JobEngineBuilder namespace(String value) {
        namespace = JobDefinition.checkedName("elasticjob.namespace", value);
        return this;
    }

    /**
     * The application that this process is a copy of; the namespace, when not set.
     *
     * @throws InvalidSettingException when it is too long, or has characters that are not seen
     */
    public JobEngineBuilder application(String value) {
        Optional<String> hidden = VisibleText.firstHidden(value);
        if (value.length() > LONGEST_APPLICATION || hidden.isPresent()) {
            throw new InvalidSettingException(
                    "spring.application.name",
                    VisibleText.of(value, 80),
                    hidden.map(seen -> "must not have characters that are not seen: " + seen)
                            .orElse("must have at most " + LONGEST_APPLICATION + " characters"));
        }
        application = value;
        return this;
    }

    /** Name of this process, unique among those that live at the same time; made from host and chance, when not set. */
    public JobEngineBuilder instanceName(String value) {
        name = JobDefinition.checkedName("elasticjob.instance.name", value);
        return this;
    }

    /** Name of the machine, for display; asked of the operating system, when not set. */
    public JobEngineBuilder host(String value) {
        host = VisibleText.of(value, LONGEST_HOST);
        return this;
    }

    public JobEngineBuilder labels(Map<String, String> value) {
        labels = Map.copyOf(value);
        return this;
    }

    /** Adds labels, or replaces those of the same names. */
    public JobEngineBuilder addLabels(Map<String, String> value) {
        Map<String, String> all = new TreeMap<>(labels);
        all.putAll(value);
        return labels(all);
    }

    /** Version of the application: for display, and for jobs that run once when another version starts. */
    public JobEngineBuilder version(String value) {
        version = VisibleText.of(value, 100);
        return this;
    }

    /**
     * How long the instances that may run a job with static sharding have to be the same until shards are at home where they
     * run that are at home with none of them. 5 minutes, when not set.
     *
     * @throws InvalidSettingException when it is not longer than nothing
     */
    public JobEngineBuilder homesAfter(Duration unchanged) {
        if (unchanged.isNegative() || unchanged.isZero()) {
            throw new InvalidSettingException("homesAfter", unchanged.toString(), "must be longer than nothing");
        }
        homesAfter = unchanged;
        return this;
    }

    /**
     * Limits that jobs can name, with how many shards of those jobs run at the same time on all instances together.
     *
     * @throws InvalidSettingException when a name or number cannot be used
     */
    public JobEngineBuilder limits(Map<String, Integer> byName) {
        byName.forEach((limit, most) -> Concurrency.check("limits." + limit, limit, most));
        limits = Map.copyOf(byName);
        return this;
    }

    /** Calendars that jobs can name; those that name others run elsewhere. */
    public JobEngineBuilder calendars(Map<String, FireCalendar> byName) {
        calendars = Map.copyOf(byName);
        return this;
    }

    /** Listeners of firings as wholes that jobs can name; those that name others run elsewhere. */
    public JobEngineBuilder firingListeners(Map<String, FiringListener> byName) {
        firingListeners = Map.copyOf(byName);
        return this;
    }

    /** Planners of shards that jobs can name; those that name others run elsewhere. */
    public JobEngineBuilder shardPlanners(Map<String, ShardPlanner> byName) {
        planners = Map.copyOf(byName);
        return this;
    }

    /** Where listeners of firings and planners of shards are called, which may take long; a daemon thread for each call, when not set. */
    public JobEngineBuilder firingListenerExecutor(Executor value) {
        listenerExecutor = value;
        return this;
    }

    public JobEngineBuilder strategies(StrategyCatalog value) {
        strategies = value;
        return this;
    }

    /**
     * How far the clock of this process may be from the registry's; beyond it this instance takes nothing new, and
     * others take over. The default is 10 s. The same for all instances of a namespace.
     *
     * @throws InvalidSettingException when it is shorter than a second
     */
    public JobEngineBuilder maxTimeDiff(Duration value) {
        if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(MOST_TIME_DIFF) > 0) {
            throw new InvalidSettingException(
                    "elasticjob.max-time-diff",
                    Durations.format(value),
                    "must be at least 1s, since clocks that are told the time over a network are never closer for sure,"
                            + " and at most 1h, beyond which a wrong clock would not be noticed");
        }
        maxTimeDiff = value;
        return this;
    }

    /** By which clock firings come due; {@link FiringClock#REGISTRY} by default. */
    public JobEngineBuilder clock(FiringClock value) {
        clock = value;
        return this;
    }

    /**
     * Has the leader delete jobs that their application has not declared for so long. Only time counts during which an
     * instance of that application was live and a leader saw that none declares the job. Never touches a job that an
     * operator made, or has changed a setting of, or that is recorded as running. Without it no job is ever deleted. The
     * same for all instances of a namespace.
     *
     * @throws InvalidSettingException when it is shorter than an hour
     */
    public JobEngineBuilder forgetUndeclaredAfter(Duration value) {
        if (value.compareTo(Duration.ofHours(1)) < 0 || value.compareTo(Duration.ofDays(36_500)) > 0) {
            throw new InvalidSettingException(
                    "elasticjob.leftovers.forget-jobs-after",
                    Durations.format(value),
                    "must be at least 1h, or jobs are forgotten while their application is being deployed, and at most"
                            + " 36500d");
        }
        forgetAfter = value;
        return this;
    }

    /**
     * Does not make up for what came due in this time, when it is known that nobody of the namespace was there, and was
     * a misfire at its end already. Without it what the misfire policy says holds alone.
     */
    public JobEngineBuilder unattended(Unattended value) {
        unattended = value;
        return this;
    }

    /**
     * Lets other instances run a firing for which this one has had no slot for so long, and takes what others offer in that way.
     * Without it no shard is offered or taken. The shard stays assigned as it is.
     *
     * @throws InvalidSettingException when it is shorter than a second, or longer than a day
     */
    public JobEngineBuilder offerStarvedShardsAfter(Duration value) {
        if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidSettingException(
                    "elasticjob.execution.starved-after",
                    Durations.format(value),
                    "must be at least 1s and at most 1d");
        }
        starvation = new Starvation(value);
        return this;
    }

    /**
     * Declares a job. Its handler has to be one of the runner's, or one of the {@link #remoteHandlers}.
     *
     * @throws InvalidSettingException when another job of this name was declared
     */
    public JobEngineBuilder job(JobDefinition definition) {
        if (jobs.putIfAbsent(definition.name(), definition) != null) {
            throw new InvalidSettingException(
                    "job name", definition.name(), "is taken by another job of this application");
        }
        return this;
    }

    /**
     * Names of handlers that jobs declared here may have though the runner has none of them: other instances offer them. No
     * shard of such a job runs here.
     */
    public JobEngineBuilder remoteHandlers(Set<String> value) {
        remoteHandlers = Set.copyOf(value);
        return this;
    }

    /** Hears of everything that happens here, on the event executor, in order. */
    public JobEngineBuilder listener(Consumer<ElasticJobEvent> listener) {
        listeners.add(listener);
        return this;
    }

    /** Hears what became of every request to the registry, and how long it took. */
    public JobEngineBuilder registryObserver(RegistryObserver observer) {
        observers.add(observer);
        return this;
    }

    /** Required. Closed by the engine. */
    public JobEngineBuilder registry(Registry value) {
        registry = value;
        return this;
    }

    /** Required. Closed by the engine. */
    public JobEngineBuilder fireSource(FireSource value) {
        fireSource = value;
        return this;
    }

    /** Required. Closed by the engine. */
    public JobEngineBuilder runner(ShardRunner value) {
        runner = value;
        return this;
    }

    /** Time and the loop's thread; a thread of the engine's own, when not set. */
    public JobEngineBuilder timekeeper(Timekeeper value) {
        timekeeper = value;
        return this;
    }

    /**
     * Has the loop watched, also where its thread is that of {@link #timekeeper}, shared with others: if it does not turn for
     * half a session timeout, the engine gives its session up.
     */
    public JobEngineBuilder watchLoop() {
        watchLoop = true;
        return this;
    }

    /** Where listeners are called; has to keep the order. A thread of the engine's own, when not set. */
    public JobEngineBuilder eventExecutor(Executor value) {
        eventExecutor = value;
        return this;
    }

    /**
     * Where answers are given to whoever asked, and where what hangs on them runs. Daemon threads of the engine's own,
     * when not set: one as a rule, none while there is nothing to answer, more while callbacks do not return.
     */
    public JobEngineBuilder answerExecutor(Executor value) {
        answerExecutor = value;
        return this;
    }

    /** Where the ids of triggers' requests come from that have none; random, when not set. None may be given twice. */
    public JobEngineBuilder requestIds(Supplier<String> value) {
        requestIds = value;
        return this;
    }

    /**
     * Where the lives of jobs come from that this instance creates; random, when not set. None may be given twice, not
     * even by another process: it is what tells a job from one of the same name that was removed before.
     */
    public JobEngineBuilder jobLives(Supplier<String> value) {
        jobLives = value;
        return this;
    }

    /**
     * Where the ids of instances come from, one for each session; made from the name and chance, when not set. An id
     * must never be given twice, not even by another process: a dead instance's id must stay dead.
     */
    public JobEngineBuilder instanceIds(Supplier<String> value) {
        idSource = value;
        return this;
    }

    /**
     * Asks the operating system for the name of the machine, when that is not set.
     *
     * @throws IllegalStateException when something required is missing
     * @throws InvalidSettingException when a job names a handler or strategy that is not there
     */
    public JobEngine build() {
        if (timekeeper != null) {
            return build(timekeeper, null);
        }
        SystemTimekeeper ownTime = new SystemTimekeeper();
        try {
            return build(ownTime, ownTime);
        } catch (Throwable refused) {
            ownTime.close(); // its thread would keep the process alive
            throw refused;
        }
    }

    /** @param ownTime what is closed with the engine; null where time is somebody else's */
    private JobEngine build(Timekeeper time, @Nullable SystemTimekeeper ownTime) {
        Ports ports = Ports.of(registry, fireSource, runner, time, listenerExecutor);
        Layout layout = new Layout(namespace);
        jobs.replaceAll((any, job) -> Startup.versioned(job, version).on(calendars));
        Offer offer = Offer.of(ports.runner());
        Set<String> errorHandlers = ports.runner().errorHandlers();
        jobs.values().forEach(job -> checkErrorHandler(job, errorHandlers));
        jobs.values().forEach(job -> check(job, ports.runner().handlers(), offer));
        jobs.values().forEach(job -> ChainCheck.check(job, jobs::get, jobs.keySet()));
        Instance self = self(offer, errorHandlers, time.now());
        checkLength(self, layout);
        jobs.values().forEach(job -> checkLength(job, self.application(), time.now()));
        Machine machine = new Machine(
                layout,
                self,
                ids(self.name()),
                new LinkedHashMap<>(jobs),
                strategies,
                offer,
                new NamespaceRules(
                        maxTimeDiff,
                        clock,
                        forgetAfter,
                        unattended,
                        starvation,
                        calendars,
                        limits,
                        homesAfter,
                        firingListeners,
                        planners));
        EventFeed events = new EventFeed(withLog(), eventExecutor, JobEngine.LAST_WORDS);
        Replies replies = new Replies(answerExecutor, time::nanoTime);
        return new JobEngine(machine, ports, new JobEngine.Owned(ownTime, watchLoop), observers, events, replies);
    }

    private List<Consumer<ElasticJobEvent>> withLog() {
        List<Consumer<ElasticJobEvent>> all = new ArrayList<>();
        all.add(new EventLog());
        all.addAll(listeners);
        return all;
    }

    private Ids ids(String instanceName) {
        Supplier<String> instances = idSource != null ? idSource : () -> instanceName + "." + RandomIds.unique();
        return new Ids(instances, requestIds, jobLives);
    }

    /** This process as it shows itself to the others. */
    private Instance self(Offer offer, Set<String> errorHandlers, Instant now) {
        String machine = host != null ? host : HostName.lookUp();
        String instanceName =
                name != null ? name : machine + "-" + RandomIds.unique().substring(0, 5);
        Set<String> offered = new TreeSet<>(strategies.names());
        offered.removeAll(StrategyCatalog.builtIn().names());
        return new Instance(
                "",
                instanceName,
                application.isEmpty() ? namespace : application,
                labels,
                new Instance.Process(machine, ProcessHandle.current().pid(), 0, now, version),
                new Instance.Repertoire(offer.handlers(), jobs.keySet(), offered)
                        .withCalendars(calendars.keySet())
                        .withLimits(limits.keySet())
                        .withFiringListeners(firingListeners.keySet())
                        .withPlanners(planners.keySet())
                        .withErrorHandlers(errorHandlers),
                Instance.Availability.UP);
    }

    private void checkPlanner(JobDefinition job) {
        String planner = job.plannedShards().by().orElse(null);
        if (planner != null && !planners.containsKey(planner)) {
            throw new InvalidSettingException(
                    job.name() + "." + JobKey.PLANNER,
                    planner,
                    "is not the name of a planner; there are " + new TreeSet<>(planners.keySet()));
        }
    }

    private void checkFiringListeners(JobDefinition job) {
        for (String listener : job.wholeFirings().listeners()) {
            if (!firingListeners.containsKey(listener)) {
                throw new InvalidSettingException(
                        job.name() + ".firingListeners",
                        listener,
                        "is not the name of a firing listener; there are " + new TreeSet<>(firingListeners.keySet()));
            }
        }
    }

    private void check(JobDefinition job, Set<String> handlers, Offer offer) {
        checkCalendar(job);
        for (String unknown : job.concurrency().without(limits.keySet())) {
            throw new InvalidSettingException(
                    job.name() + ".limits",
                    unknown,
                    "is not the name of a limit; there are " + new TreeSet<>(limits.keySet())
                            + ". Declare it (elasticjob.limits." + unknown + "), or leave it out");
        }
        checkFiringListeners(job);
        checkPlanner(job);
        if (!handlers.contains(job.handler()) && !remoteHandlers.contains(job.handler())) {
            throw new InvalidSettingException(
                    job.name() + "." + job.handlerKey().key(),
                    job.handler(),
                    "is not the name of a handler; there are " + new TreeSet<>(handlers));
        }
        String group = job.placement().executionGroup();
        if (!group.isEmpty() && !offer.groups().containsKey(group)) {
            throw new InvalidSettingException(
                    job.name() + ".executionGroup",
                    group,
                    "is not the name of an execution group of this instance; there are "
                            + offer.groups().keySet() + ". Configure its slots, or leave the key out");
        }
        try {
            strategies.strategy(job.shardingStrategy());
        } catch (IllegalArgumentException unknown) {
            throw new InvalidSettingException(
                    job.name() + ".shardingStrategy",
                    job.shardingStrategy(),
                    "is not the name of a sharding strategy; there are " + strategies.names());
        }
    }

    private static void checkErrorHandler(JobDefinition job, Set<String> known) {
        String name = job.errorHandler();
        if (!name.isEmpty() && !JobErrorHandler.BUILT_IN.contains(name) && !known.contains(name)) {
            Set<String> names = new TreeSet<>(JobErrorHandler.BUILT_IN);
            names.addAll(known);
            throw new InvalidSettingException(
                    job.name() + ".errorHandler", name, "is not the name of an error handler; there are " + names);
        }
    }

    private void checkCalendar(JobDefinition job) {
        NamedCalendar calendar = job.schedule().limits().calendar();
        if (calendar != null && !calendars.containsKey(calendar.name())) {
            throw new InvalidSettingException(
                    job.name() + ".calendar",
                    calendar.name(),
                    "is not the name of a calendar; there are " + new TreeSet<>(calendars.keySet()));
        }
    }

    /** An instance that does not fit into its node would register for ever. */
    static void checkLength(Instance self, Layout layout) {
        long bytes = InstanceCodec.encode(self).length + RequestSize.of(layout.instance(self.name())) + DRAIN_BYTES;
        if (bytes > RequestSize.MOST) {
            throw new InvalidSettingException(
                    "handlers",
                    self.handlers().size() + " names",
                    "do not fit into one node of ZooKeeper with labels and names of strategies: they take " + bytes
                            + " bytes, and a node at most " + RequestSize.MOST
                            + "; give handlers shorter names, or divide them among applications");
        }
    }

    /** As {@link StoredJobCodec#encodeChecked}. */
    private static void checkLength(JobDefinition job, String application, Instant now) {
        long characters = application.length();
        for (Map.Entry<JobKey, Setting> setting : job.settings().entrySet()) {
            characters +=
                    setting.getKey().key().length() + setting.getValue().value().length() + CHARACTERS_BESIDE;
        }
        if (characters > StoredJobCodec.MAX_BYTES / MOST_BYTES_OF_A_CHARACTER) { // else it is surely short enough
            StoredJobCodec.encodeChecked(StoredJob.declared(job, application, now), 0);
        }
    }
}
