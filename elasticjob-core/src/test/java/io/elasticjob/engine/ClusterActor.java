package io.elasticjob.engine;

import io.elasticjob.Indexes;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Clusters in virtual time, usually one: requests and answers take time, are lost, or come very late; what it tells of changes lags; tasks
 * take time, and may fail. What it promises of arrays is looked at as it happens.
 */
final class ClusterActor {

    static final String TEMPLATE = "resize";
    static final String NAME = "sim";

    /** So many times sooner than it is told it deletes what is forgotten. */
    private static final int HASTE = 720;

    /** What a run is called on a cluster. */
    private record Key(String cluster, RunId run) {}

    /** A task of a firing. */
    private record Task(String firing, int number) {}

    /** One that is on the cluster. */
    final class Run {
        final ArrayRun asked;
        final Created created;
        private final String cluster;
        Phase phase = Phase.SUSPENDED;
        Indexes running = Indexes.NONE;
        Indexes succeeded = Indexes.NONE;
        Indexes failed = Indexes.NONE;

        Run(String cluster, ArrayRun asked, String identity) {
            this.cluster = cluster;
            this.asked = asked;
            this.created = new Created(asked.id(), identity);
        }

        RunStatus status() {
            return new RunStatus(created, phase, running.size(), succeeded, failed, "");
        }

        private void start() {
            phase = Phase.RELEASED;
            for (int index = 0; index < asked.tasks().size(); index++) {
                int task = index;
                time.after(Duration.ofMillis(random.nextInt(3_000)), () -> begin(task));
            }
        }

        private void begin(int index) {
            if (phase != Phase.RELEASED) {
                return;
            }
            running = running.with(Indexes.of(index));
            begun(this, index);
            time.after(Duration.ofMillis(500 + random.nextInt(20_000)), () -> finish(index));
        }

        private void finish(int index) {
            if (!running.contains(index)) {
                return;
            }
            Indexes one = Indexes.of(index);
            running = running.without(one);
            if (random.nextDouble() < failing) {
                failed = failed.with(one);
            } else {
                succeeded = succeeded.with(one);
                done.add(task(this, index));
            }
            if (succeeded.size() + failed.size() == asked.tasks().size()) {
                phase = Phase.ENDED;
            }
            changed(this);
        }

        private void cancel() {
            if (phase == Phase.SUSPENDED || phase == Phase.RELEASED) {
                phase = Phase.ENDED;
                running = Indexes.NONE;
                changed(this);
            }
        }
    }

    private final VirtualTime time;
    private final Random random;
    private final Map<Key, Run> runs = new LinkedHashMap<>();
    private final Map<String, List<Consumer<RunStatus>>> watchers = new LinkedHashMap<>();
    final List<String> violations = new ArrayList<>();

    private final Set<String> begun = new HashSet<>();
    private final Set<Task> done = new HashSet<>();
    private int created;

    /** How likely it is that a request, or an answer, is lost or late. */
    double faults;

    double failing = 0.1;

    /** Whether what ends is deleted at once. */
    boolean shortTtl;

    int tasksBegun;
    int deleted;

    ClusterActor(VirtualTime time, Random random) {
        this.time = time;
        this.random = random;
    }

    private static Task task(Run run, int index) {
        return new Task(
                run.asked.id().life() + "/" + run.asked.id().firing().text(),
                run.asked.tasks().get(index).shard());
    }

    /** Each task once per attempt; none that has succeeded; and never two attempts at a firing beside each other. */
    private void begun(Run run, int index) {
        tasksBegun++;
        if (!begun.add(run.asked.id() + "#" + run.asked.tasks().get(index).shard())) {
            violations.add(run.created + " began task " + index + " a second time");
        }
        if (done.contains(task(run, index))) {
            violations.add(run.created + " began task " + index + ", which had succeeded");
        }
        runs.values().stream()
                .filter(other -> other != run
                        && !other.running.isEmpty()
                        && other.asked.id().firing().equals(run.asked.id().firing())
                        && other.asked.id().life().equals(run.asked.id().life()))
                .forEach(other -> violations.add(run.created + " ran beside " + other.created));
    }

    private void changed(Run run) {
        RunStatus status = run.status();
        time.after(Duration.ofMillis(random.nextInt(4_000)), () -> tell(run, status));
        if (shortTtl && run.phase == Phase.ENDED) {
            remove(run);
        }
    }

    private void tell(Run run, RunStatus status) {
        watchers.getOrDefault(run.cluster, List.of()).forEach(each -> each.accept(status));
    }

    private void remove(Run run) {
        if (runs.remove(new Key(run.cluster, run.created.run()), run)) {
            RunStatus gone = new RunStatus(run.created, Phase.GONE, 0, run.succeeded, run.failed, "");
            run.phase = Phase.ENDED;
            run.running = Indexes.NONE;
            time.after(Duration.ofMillis(random.nextInt(2_000)), () -> tell(run, gone));
        }
    }

    /** It comes back, and tells everything again. */
    void restart() {
        runs.values().forEach(run -> tell(run, run.status()));
    }

    /** Somebody deletes something who does not ask. */
    void deleteOne() {
        List<Run> there = List.copyOf(runs.values());
        if (!there.isEmpty()) {
            deleted++;
            Run gone = there.get(random.nextInt(there.size()));
            String firing = task(gone, 0).firing();
            done.removeIf(task -> task.firing().equals(firing)); // nobody can know any more
            remove(gone);
        }
    }

    /** Runs that have not ended. */
    List<Run> unfinished() {
        return runs.values().stream().filter(run -> run.phase != Phase.ENDED).toList();
    }

    private Run run(String cluster, Created wanted) {
        Run run = runs.get(new Key(cluster, wanted.run()));
        if (run == null || !run.created.equals(wanted)) {
            throw new ClusterException.Gone(wanted + " is not there");
        }
        return run;
    }

    /** A request travels, is dealt with, and is answered; each as the faults want it. */
    private <T> CompletionStage<T> ask(Supplier<T> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        boolean isLost = random.nextDouble() < faults;
        boolean isUnanswered = random.nextDouble() < faults;
        boolean isVeryLate = random.nextDouble() < faults;
        Duration arrives = Duration.ofMillis(isVeryLate ? late() : random.nextInt(300));
        time.after(Duration.ofSeconds(10), () -> answer.completeExceptionally(new ClusterException("no answer")));
        if (isLost) {
            return answer;
        }
        time.after(arrives, () -> {
            try {
                T told = request.get();
                if (!isUnanswered) {
                    time.after(Duration.ofMillis(random.nextInt(300)), () -> answer.complete(told));
                }
            } catch (ClusterException refused) {
                answer.completeExceptionally(refused);
            }
        });
        return answer;
    }

    /** What has this name there. */
    Optional<Run> there(String cluster, RunId name) {
        return Optional.ofNullable(runs.get(new Key(cluster, name)));
    }

    /** As no cluster may do it: whatever has the name starts. */
    CompletionStage<Void> releaseByName(RunId name) {
        return act(() ->
                there(NAME, name).filter(run -> run.phase == Phase.SUSPENDED).ifPresent(Run::start));
    }

    /** Some time, or until what was asked for again meanwhile has run and was collected. */
    private int late() {
        return random.nextInt(3) == 0 ? 5_000 + random.nextInt(30_000) : 45_000 + random.nextInt(30_000);
    }

    private CompletionStage<Void> act(Runnable request) {
        return this.<Optional<Void>>ask(() -> {
                    request.run();
                    return Optional.empty();
                })
                .thenAccept(nothing -> {});
    }

    /** A client of one process. */
    class Client implements Cluster {

        private final String name;

        Client() {
            this(NAME);
        }

        Client(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Set<Ability> abilities() {
            return Set.of();
        }

        @Override
        public Set<String> templates() {
            return Set.of(TEMPLATE);
        }

        @Override
        public CompletionStage<Created> prepare(ArrayRun asked) {
            return ask(() -> runs.computeIfAbsent(
                            new Key(name, asked.id()), id -> new Run(name, asked, "uid-" + ++created))
                    .created);
        }

        @Override
        public CompletionStage<Void> release(Created wanted) {
            return act(() -> start(run(name, wanted)));
        }

        void start(Run run) {
            if (run.phase == Phase.SUSPENDED) {
                run.start();
            }
        }

        @Override
        public CompletionStage<Optional<RunStatus>> find(RunId id) {
            return ask(() -> there(name, id).map(Run::status));
        }

        @Override
        public CompletionStage<List<RunStatus>> list(String namespace) {
            return ask(() -> runs.values().stream()
                    .filter(run -> run.cluster.equals(name))
                    .map(Run::status)
                    .toList());
        }

        @Override
        public void watch(String namespace, Consumer<RunStatus> changes) {
            watchers.computeIfAbsent(name, any -> new ArrayList<>()).add(changes);
        }

        @Override
        public CompletionStage<Void> cancel(Created wanted) {
            return act(() -> there(name, wanted.run())
                    .filter(run -> run.created.equals(wanted))
                    .ifPresent(Run::cancel));
        }

        @Override
        public CompletionStage<Void> forget(Created wanted, Duration keep) {
            return act(() -> there(name, wanted.run())
                    .filter(run -> run.created.equals(wanted) && run.phase == Phase.ENDED)
                    .ifPresent(run -> time.after(keep.dividedBy(HASTE), () -> remove(run))));
        }

        @Override
        public CompletionStage<String> log(Created wanted, int index, int bytes) {
            return ask(() -> "");
        }

        @Override
        public void close() {}
    }
}
