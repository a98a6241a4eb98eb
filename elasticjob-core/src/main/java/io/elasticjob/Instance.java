package io.elasticjob;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One registry session of one process, as it shows itself to the others.
 *
 * @param id unique for ever; a process that loses its session comes back with another one
 * @param name of the process, configured or made from host and process; outlives sessions
 * @param application that it is a copy of
 * @param labels jobs may ask for
 * @since 0.1.0
 */
public record Instance(
        String id,
        String name,
        String application,
        Map<String, String> labels,
        Process process,
        Repertoire repertoire,
        Availability availability) {

    /**
     * The process behind it.
     *
     * @param startedOrder the transaction id of its first registration: who started later has the larger one; 0 stands for
     *     this very registration
     * @param startedAt when it started, by its own clock; for display only
     * @param version of the application, or "" when unknown
     * @param clock how its clock stands to ZooKeeper's; null while there is nothing to be said about that
     */
    public record Process(
            String host,
            long pid,
            long startedOrder,
            Instant startedAt,
            String version,
            @Nullable Clock clock) {

        /** One whose clock is right, as far as is known. */
        public Process(String host, long pid, long startedOrder, Instant startedAt, String version) {
            this(host, pid, startedOrder, startedAt, version, null);
        }
    }

    /**
     * A clock that differs from ZooKeeper's by more than {@code elasticjob.max-time-diff}, or beside which that has stepped; as
     * it was when it began to, or has changed by as much since.
     *
     * @param skew ZooKeeper's clock, as the instance goes by it, minus that of the instance
     * @param step by how much ZooKeeper's clock has stepped, so that the instance does not follow it; null while it does
     */
    public record Clock(Duration skew, @Nullable Duration step) {}

    /**
     * What its code and configuration bring.
     *
     * @param handlers names of the handlers that it can run
     * @param declares names of the jobs that it declares
     * @param strategies names of the sharding strategies that it knows beside the built-in ones
     * @param jobFormat the latest format of stored jobs that its version reads: it runs no job that is stored in a later
     *     one; 1 for those that do not say
     * @param calendars names of the calendars that it knows
     * @param limits names of the limits that it declares
     * @param firingListeners names of the listeners of firings as wholes that it can call
     * @param errorHandlers names of the error handlers that it knows beside the built-in ones
     * @param planners names of the planners of shards that it can call
     */
    public record Repertoire(
            Set<String> handlers,
            Set<String> declares,
            Set<String> strategies,
            int jobFormat,
            Set<String> calendars,
            Set<String> limits,
            Set<String> firingListeners,
            Set<String> errorHandlers,
            Set<String> planners) {

        public Repertoire {
            planners = Set.copyOf(planners);
            handlers = Set.copyOf(handlers);
            declares = Set.copyOf(declares);
            strategies = Set.copyOf(strategies);
            calendars = Set.copyOf(calendars);
            limits = Set.copyOf(limits);
            firingListeners = Set.copyOf(firingListeners);
            errorHandlers = Set.copyOf(errorHandlers);
        }

        /** One without limits and listeners of firings. */
        public Repertoire(
                Set<String> handlers,
                Set<String> declares,
                Set<String> strategies,
                int jobFormat,
                Set<String> calendars) {
            this(handlers, declares, strategies, jobFormat, calendars, Set.of(), Set.of());
        }

        /** One without error handlers of its own. */
        public Repertoire(
                Set<String> handlers,
                Set<String> declares,
                Set<String> strategies,
                int jobFormat,
                Set<String> calendars,
                Set<String> limits,
                Set<String> firingListeners) {
            this(handlers, declares, strategies, jobFormat, calendars, limits, firingListeners, Set.of(), Set.of());
        }

        /** One without listeners of firings and error handlers. */
        public Repertoire(
                Set<String> handlers,
                Set<String> declares,
                Set<String> strategies,
                int jobFormat,
                Set<String> calendars,
                Set<String> limits) {
            this(handlers, declares, strategies, jobFormat, calendars, limits, Set.of(), Set.of(), Set.of());
        }

        /** One of this version. */
        public Repertoire(Set<String> handlers, Set<String> declares, Set<String> strategies) {
            this(handlers, declares, strategies, JobDefinition.FORMAT, Set.of(), Set.of());
        }

        /** The same with other handlers. */
        public Repertoire withHandlers(Set<String> next) {
            return new Repertoire(
                    next, declares, strategies, jobFormat, calendars, limits, firingListeners, errorHandlers, planners);
        }

        /** The same with other calendars. */
        public Repertoire withCalendars(Set<String> next) {
            return new Repertoire(
                    handlers, declares, strategies, jobFormat, next, limits, firingListeners, errorHandlers, planners);
        }

        /** The same with other error handlers. */
        public Repertoire withErrorHandlers(Set<String> next) {
            return new Repertoire(
                    handlers, declares, strategies, jobFormat, calendars, limits, firingListeners, next, planners);
        }

        /** The same with other limits. */
        public Repertoire withLimits(Set<String> next) {
            return new Repertoire(
                    handlers,
                    declares,
                    strategies,
                    jobFormat,
                    calendars,
                    next,
                    firingListeners,
                    errorHandlers,
                    planners);
        }

        /** The same with other listeners of firings. */
        public Repertoire withFiringListeners(Set<String> next) {
            return new Repertoire(
                    handlers, declares, strategies, jobFormat, calendars, limits, next, errorHandlers, planners);
        }

        /** The same with other planners. */
        public Repertoire withPlanners(Set<String> next) {
            return new Repertoire(
                    handlers, declares, strategies, jobFormat, calendars, limits, firingListeners, errorHandlers, next);
        }
    }

    /**
     * Whether it takes work, and why not.
     *
     * @param drain the operator's command to take nothing new; null without one
     */
    public record Availability(State state, @Nullable Drain drain) {

        /** It takes work. */
        public static final Availability UP = new Availability(State.UP, null);
    }

    /**
     * An operator's command to take nothing new.
     *
     * @param when registry time
     */
    public record Drain(String who, Instant when, String why) {}

    /** Whether it takes work. */
    public enum State {
        UP,
        /** Takes nothing new, finishes what it has, then leaves. */
        DRAINING
    }

    public Instance {
        labels = Map.copyOf(labels);
    }

    public String host() {
        return process.host();
    }

    /** As {@link Process} says. */
    public long startedOrder() {
        return process.startedOrder();
    }

    /** Names of the handlers that it can run. */
    public Set<String> handlers() {
        return repertoire.handlers();
    }

    /** Names of the jobs that its code or configuration declares. */
    public Set<String> declares() {
        return repertoire.declares();
    }

    /** Names of the sharding strategies that it knows beside the built-in ones. */
    public Set<String> strategies() {
        return repertoire.strategies();
    }

    /** Names of the calendars that it knows. */
    public Set<String> calendars() {
        return repertoire.calendars();
    }

    /** Names of the limits that it declares. */
    public Set<String> limits() {
        return repertoire.limits();
    }

    /** Names of the listeners of firings as wholes that it can call. */
    public Set<String> firingListeners() {
        return repertoire.firingListeners();
    }

    /** Names of the planners of shards that it can call. */
    public Set<String> planners() {
        return repertoire.planners();
    }

    /** Names of the error handlers that it knows beside the built-in ones. */
    public Set<String> errorHandlers() {
        return repertoire.errorHandlers();
    }

    public State state() {
        return availability.state();
    }

    /** The operator's command to take nothing new; empty without one. */
    public Optional<Drain> drained() {
        return Optional.ofNullable(availability.drain());
    }

    /** The same with other handlers. */
    public Instance withHandlers(Set<String> next) {
        return new Instance(id, name, application, labels, process, repertoire.withHandlers(next), availability);
    }

    /** The same in another state, and under another command of an operator's, or none. */
    public Instance withState(State next, @Nullable Drain command) {
        return new Instance(id, name, application, labels, process, repertoire, new Availability(next, command));
    }
}
