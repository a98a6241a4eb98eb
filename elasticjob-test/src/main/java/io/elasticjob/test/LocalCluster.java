package io.elasticjob.test;

import io.elasticjob.Indexes;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A cluster in memory, for tests: it runs the tasks of a run as calls of a {@link Program}, one after the other, on the thread
 * that releases the run. A program may leave a task running; the test {@link #finish ends} it then. All {@link #client clients}
 * see the same cluster, as several processes would.
 *
 * @since 0.1.0
 */
public final class LocalCluster implements Cluster {

    /** What a task does. */
    @FunctionalInterface
    public interface Program {

        /**
         * Runs one task.
         *
         * @param environment all variables of the task
         * @param printed what it prints goes here
         * @return its exit code, 0 for success; empty when it goes on until somebody ends it
         */
        OptionalInt run(Map<String, String> environment, StringBuilder printed);
    }

    /** Guarded by the state that it belongs to. */
    private static final class Run {

        final ArrayRun asked;
        final Created created;
        final Program program;
        final Map<Integer, StringBuilder> printed = new LinkedHashMap<>();
        Phase phase = Phase.SUSPENDED;
        Indexes running = Indexes.NONE;
        Indexes succeeded = Indexes.NONE;
        Indexes failed = Indexes.NONE;

        Run(ArrayRun asked, Created created, Program program) {
            this.asked = asked;
            this.created = created;
            this.program = program;
        }

        RunStatus status() {
            return new RunStatus(created, phase, running.size(), succeeded, failed, "");
        }

        RunStatus gone() {
            return new RunStatus(created, Phase.GONE, 0, succeeded, failed, "");
        }

        void end(int index, int exitCode) {
            Indexes one = Indexes.of(index);
            running = running.without(one);
            succeeded = exitCode == 0 ? succeeded.with(one) : succeeded;
            failed = exitCode == 0 ? failed : failed.with(one);
        }

        private int room() {
            int most = asked.rules().parallelism() == 0
                    ? Integer.MAX_VALUE
                    : asked.rules().parallelism();
            return most - running.size();
        }

        /** Begins what has room, and ends the run when there is nothing left. */
        void goOn() {
            while (phase == Phase.RELEASED && room() > 0) {
                OptionalInt next =
                        Indexes.upTo(asked.tasks().size()).without(running).without(succeeded).without(failed).stream()
                                .findFirst();
                if (next.isEmpty()) {
                    break;
                }
                begin(next.getAsInt());
            }
            if (phase == Phase.RELEASED
                    && succeeded.size() + failed.size() == asked.tasks().size()) {
                phase = Phase.ENDED;
            }
        }

        private void begin(int index) {
            StringBuilder text = new StringBuilder();
            printed.put(index, text);
            running = running.with(Indexes.of(index));
            OptionalInt exitCode = OptionalInt.empty();
            for (int retries = asked.rules().retries(); retries >= 0; retries--) {
                text.setLength(0);
                exitCode = program.run(asked.environmentOf(index), text);
                if (exitCode.isEmpty() || exitCode.getAsInt() == 0) {
                    break;
                }
            }
            exitCode.ifPresent(code -> end(index, code));
        }
    }

    /** What all clients share. Guarded by itself. */
    private static final class State {

        final Map<String, Program> programs;
        final Map<RunId, Run> runs = new LinkedHashMap<>();
        final Map<Consumer<RunStatus>, String> watchers = new LinkedHashMap<>();
        int createdSoFar;

        State(Map<String, Program> programs) {
            this.programs = Map.copyOf(programs);
        }

        Run run(Created created) {
            Run run = runs.get(created.run());
            if (run == null || !run.created.equals(created)) {
                throw new ClusterException.Gone(created + " is not there");
            }
            return run;
        }

        Optional<Run> find(Created created) {
            return Optional.ofNullable(runs.get(created.run())).filter(run -> run.created.equals(created));
        }

        void goOn(Run run) {
            run.goOn();
            tell(run.status());
        }

        void remove(Run run) {
            runs.remove(run.created.run());
            tell(run.gone());
        }

        private void tell(RunStatus status) {
            watchers.forEach((watcher, namespace) -> {
                if (status.run().run().namespace().equals(namespace)) {
                    watcher.accept(status);
                }
            });
        }
    }

    private final String name;
    private final State state;

    private LocalCluster(String name, State state) {
        this.name = name;
        this.state = state;
    }

    /** One whose templates are these programs. */
    public static LocalCluster of(String name, Map<String, Program> templates) {
        return new LocalCluster(name, new State(templates));
    }

    /** Another client of the same cluster. */
    public LocalCluster client() {
        return new LocalCluster(name, state);
    }

    /** Ends a task that runs. */
    public void finish(RunId id, int index, int exitCode) {
        synchronized (state) {
            Run run = state.runs.get(id);
            if (run == null || !run.running.contains(index)) {
                throw new IllegalStateException("Task " + index + " of " + id + " does not run");
            }
            run.end(index, exitCode);
            state.goOn(run);
        }
    }

    /** Deletes a run, as somebody does who does not ask; does nothing when it is not there. */
    public void delete(RunId id) {
        synchronized (state) {
            Optional.ofNullable(state.runs.get(id)).ifPresent(state::remove);
        }
    }

    /** All runs that are there, of each namespace, in the order of their creation. */
    public List<RunStatus> runs() {
        synchronized (state) {
            return state.runs.values().stream().map(Run::status).toList();
        }
    }

    private <T> CompletionStage<T> answer(Supplier<T> question) {
        synchronized (state) {
            try {
                return CompletableFuture.completedFuture(question.get());
            } catch (ClusterException refused) {
                return CompletableFuture.failedFuture(refused);
            }
        }
    }

    private CompletionStage<Void> act(Runnable act) {
        return answer(() -> {
                    act.run();
                    return Optional.empty();
                })
                .thenAccept(nothing -> {});
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Ability> abilities() {
        return Set.of(Ability.RETRY, Ability.CANCEL_TASKS);
    }

    @Override
    public Set<String> templates() {
        return state.programs.keySet();
    }

    @Override
    public CompletionStage<Created> prepare(ArrayRun asked) {
        return answer(() -> {
            Program program = state.programs.get(asked.template());
            if (program == null) {
                throw new ClusterException.Refused("There is no template " + asked.template());
            }
            Run run = state.runs.get(asked.id());
            if (run == null) {
                run = new Run(asked, new Created(asked.id(), "local-" + ++state.createdSoFar), program);
                state.runs.put(asked.id(), run);
                state.tell(run.status());
            }
            return run.created;
        });
    }

    @Override
    public CompletionStage<Void> release(Created created) {
        return act(() -> {
            Run run = state.run(created);
            if (run.phase == Phase.SUSPENDED) {
                run.phase = Phase.RELEASED;
                state.goOn(run);
            }
        });
    }

    @Override
    public CompletionStage<Optional<RunStatus>> find(RunId id) {
        return answer(() -> Optional.ofNullable(state.runs.get(id)).map(Run::status));
    }

    @Override
    public CompletionStage<List<RunStatus>> list(String namespace) {
        return answer(() -> state.runs.values().stream()
                .map(Run::status)
                .filter(status -> status.run().run().namespace().equals(namespace))
                .toList());
    }

    @Override
    public void watch(String namespace, Consumer<RunStatus> changes) {
        synchronized (state) {
            state.watchers.put(changes, namespace);
            new ArrayList<>(state.runs.values()).forEach(run -> state.tell(run.status()));
        }
    }

    @Override
    public CompletionStage<Void> cancel(Created created) {
        return act(() -> state.find(created)
                .filter(run -> run.phase != Phase.ENDED)
                .ifPresent(run -> {
                    run.running = Indexes.NONE;
                    run.phase = Phase.ENDED;
                    state.tell(run.status());
                }));
    }

    @Override
    public CompletionStage<Void> cancel(Created created, Indexes tasks) {
        return act(() -> {
            Run run = state.run(created);
            if (run.phase == Phase.ENDED) {
                return;
            }
            tasks.without(run.succeeded).without(run.failed).stream()
                    .filter(index -> index < run.asked.tasks().size())
                    .forEach(index -> run.end(index, 1));
            state.goOn(run);
        });
    }

    @Override
    public CompletionStage<Void> forget(Created created, Duration keep) {
        return act(() -> state.find(created)
                .filter(run -> run.phase == Phase.ENDED && keep.isZero())
                .ifPresent(state::remove));
    }

    @Override
    public CompletionStage<String> log(Created created, int index, int bytes) {
        return answer(() -> end(state.run(created).printed.getOrDefault(index, new StringBuilder()), bytes));
    }

    /** The end of a text that is not longer than this, cut between characters. */
    private static String end(CharSequence text, int bytes) {
        byte[] all = text.toString().getBytes(StandardCharsets.UTF_8);
        int from = Math.max(0, all.length - bytes);
        while (from > 0 && from < all.length && (all[from] & 0xC0) == 0x80) {
            from++;
        }
        return new String(all, from, all.length - from, StandardCharsets.UTF_8);
    }

    /** Does nothing: the cluster goes on, and so do its other clients. */
    @Override
    public void close() {}
}
