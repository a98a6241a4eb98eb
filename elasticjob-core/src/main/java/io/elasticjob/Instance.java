package io.elasticjob;

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
 * @param handlers names of the handlers that it can run
 * @param declares names of the jobs that its code or configuration declares
 * @param strategies names of the sharding strategies that it knows beside the built-in ones
 * @param startedOrder the transaction id of its process's first registration: who started later has the larger one;
 *     0 stands for this very registration
 * @param startedAt when the process started, by its own clock; for display only
 * @param version of the application, or "" when unknown
 * @param drain the operator's command to take nothing new; null without one
 */
public record Instance(
        String id,
        String name,
        String application,
        String host,
        long pid,
        Map<String, String> labels,
        Set<String> handlers,
        Set<String> declares,
        Set<String> strategies,
        State state,
        long startedOrder,
        Instant startedAt,
        String version,
        @Nullable Drain drain) {

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
        handlers = Set.copyOf(handlers);
        declares = Set.copyOf(declares);
        strategies = Set.copyOf(strategies);
    }

    /** One that no operator has drained. */
    public Instance(
            String id,
            String name,
            String application,
            String host,
            long pid,
            Map<String, String> labels,
            Set<String> handlers,
            Set<String> declares,
            Set<String> strategies,
            State state,
            long startedOrder,
            Instant startedAt,
            String version) {
        this(
                id,
                name,
                application,
                host,
                pid,
                labels,
                handlers,
                declares,
                strategies,
                state,
                startedOrder,
                startedAt,
                version,
                null);
    }

    /** The operator's command to take nothing new; empty without one. */
    public Optional<Drain> drained() {
        return Optional.ofNullable(drain);
    }

    /** The same in another state, and under another command of an operator's, or none. */
    public Instance withState(State next, @Nullable Drain command) {
        return new Instance(
                id,
                name,
                application,
                host,
                pid,
                labels,
                handlers,
                declares,
                strategies,
                next,
                startedOrder,
                startedAt,
                version,
                command);
    }
}
