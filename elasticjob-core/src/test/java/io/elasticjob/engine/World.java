package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringClock;
import io.elasticjob.JobDefinition;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.memory.Faults;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.test.SimulatedFireSource;
import io.elasticjob.test.VirtualTime;
import io.elasticjob.testing.Ledger;
import io.elasticjob.testing.SimulatedRunner;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.NamespaceView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A registry in memory, virtual time, and as many instances as a test wants. */
final class World {

    static final Duration SESSION = Duration.ofSeconds(6);

    final VirtualTime time = new VirtualTime(Instant.parse("2026-01-01T00:00:00.500Z"));
    final VirtualTime.Watch registryWatch = time.watch(Duration.ZERO);
    final MemoryEnsemble ensemble = new MemoryEnsemble(registryWatch);
    final Ledger ledger = new Ledger();
    private int sessions;
    private int requests;
    private int lives;

    /** How long a request of a process takes that is started from now on. */
    Duration latency = Duration.ZERO;

    /**
     * By which clock firings of processes come due that are started from now on: in virtual time they start on the instant by
     * the local one, by the registry's a little later.
     */
    FiringClock clock = FiringClock.LOCAL;

    /** How long the answer to a request takes, of a process that is started from now on. */
    Duration answerLatency = Duration.ZERO;

    private Map<String, Integer> groupsOfNext = Map.of();

    /** After what time processes that are started from now on offer what they have no slot for; zero for never. */
    Duration starvedAfterOfNext = Duration.ZERO;

    /** What stands between processes that are started from now on and their registry. */
    UnaryOperator<Registry> around = UnaryOperator.identity();

    /** The session timeout of processes that are started from now on. */
    Duration session = SESSION;

    /** How long the client of a process that is started from now on waits before it connects again. */
    Duration reconnect = Duration.ZERO;

    /** Whether the last heartbeat before a silence was as long ago as can be. */
    boolean rareHeartbeats;

    /** One process. */
    /** Whether servers do not tell by which transaction a watch rang, as before ZooKeeper 3.9. */
    boolean oldServers;

    final class Process {
        final String name;
        final VirtualTime.Watch watch;
        final MemoryRegistry registry = ensemble.client(session, new Faults() {
            private final Duration request = latency;
            private final Duration answer = answerLatency;
            private final Duration wait = reconnect;
            private final boolean rare = rareHeartbeats;

            @Override
            public Duration answer() {
                return answer;
            }

            @Override
            public Duration reconnect() {
                return wait;
            }

            @Override
            public Duration sinceHeartbeat(Duration most) {
                return rare ? most : Duration.ZERO;
            }

            @Override
            public Duration request() {
                return request;
            }

            @Override
            public int behind(int most) {
                return laggard ? Math.min(most, behind) : 0;
            }

            @Override
            public Duration lag() {
                return laggard ? Duration.ofSeconds(2) : Duration.ZERO;
            }
        });
        final List<ElasticJobEvent> events = new ArrayList<>();
        final SimulatedRunner runner;
        final JobEngine engine;
        Duration duration = Duration.ofMillis(10);

        /** Whether the registry fails commits at once, though the connection is there. */
        boolean refusing;

        long commits;

        /** How many commits its registry takes from now on without sending or answering them. */
        int swallows;

        /** What cannot be read at present. */
        Predicate<String> unreadable = path -> false;

        /** What is refused, whatever is there; null for what is not. */
        Function<List<Write>, @Nullable Answer> refusals = writes -> null;

        /** Over which commits the connection is lost. */
        Predicate<List<Write>> losingConnections = writes -> false;

        /** Which commits are carried out without an answer. */
        Predicate<List<Write>> losingAnswers = writes -> false;

        /** Whether it is connected to a server that hears of everything late. */
        boolean laggard;

        /** By how many transactions at most, when it comes back to one. */
        int behind = Integer.MAX_VALUE;

        /** Whether its server does not reach the others: what it cannot answer by itself has no answer. */
        boolean mute;

        /** Whether what it writes waits until it is {@linkplain #release released}. */
        boolean holding;

        private final List<Runnable> held = new ArrayList<>();

        /** Whether answers to what it reads wait until they are {@linkplain #answer released}, the connection's end or not. */
        boolean unanswered;

        private final List<Runnable> answers = new ArrayList<>();

        /** Whether its registry only pretends to catch up. */
        boolean unsynced;

        private Process(String name, String application, int slots, StrategyCatalog strategies, JobDefinition... jobs) {
            this(name, application, slots, strategies, Duration.ZERO, any -> {}, jobs);
        }

        private Process(
                String name,
                String application,
                int slots,
                StrategyCatalog strategies,
                Duration skew,
                Consumer<JobEngineBuilder> rules,
                JobDefinition... jobs) {
            this.name = name;
            watch = time.watch(skew);
            Set<String> handlers =
                    Arrays.stream(jobs).map(JobDefinition::handler).collect(Collectors.toCollection(TreeSet::new));
            runner = new SimulatedRunner(name, time, watch, ledger, handlers, slots, () -> duration);
            runner.groups(groupsOfNext);
            JobEngineBuilder builder = JobEngine.builder()
                    .namespace("test")
                    .application(application)
                    .instanceName(name)
                    .instanceIds(() -> name + "." + sessions++)
                    .registry(around.apply(new Moody()))
                    .timekeeper(watch)
                    .clock(clock)
                    .eventExecutor(Runnable::run)
                    .answerExecutor(watch::execute)
                    .requestIds(() -> name + "-request-" + requests++)
                    .jobLives(() -> "life-" + lives++)
                    .strategies(strategies)
                    .fireSource(new SimulatedFireSource(watch, () -> false))
                    .runner(runner)
                    .listener(events::add);
            Arrays.stream(jobs).forEach(builder::job);
            if (!starvedAfterOfNext.isZero()) {
                builder.offerStarvedShardsAfter(starvedAfterOfNext);
            }
            rules.accept(builder);
            engine = builder.build();
            engine.start();
        }

        private final class Moody extends PassingRegistry {

            Moody() {
                super(registry);
            }

            @Override
            public void open(RegistryListener listener) {
                super.open(oldServers ? withoutTransactions(listener) : listener);
            }

            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                if (paths.stream().anyMatch(unreadable)) {
                    return CompletableFuture.failedFuture(new RegistryException("the answer was too long"));
                }
                CompletionStage<List<Read>> read = super.read(session, paths);
                if (!unanswered) {
                    return read;
                }
                CompletableFuture<List<Read>> late = new CompletableFuture<>();
                read.thenAccept(answer -> answers.add(() -> late.complete(answer)));
                return late;
            }

            @Override
            public CompletionStage<Void> sync(Session session) {
                if (mute) {
                    return new CompletableFuture<>();
                }
                return unsynced ? CompletableFuture.completedFuture(null) : super.sync(session);
            }

            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                commits++;
                if (mute) {
                    return new CompletableFuture<>();
                }
                if (holding) {
                    CompletableFuture<Answer> late = new CompletableFuture<>();
                    held.add(() -> super.commit(session, writes).thenAccept(late::complete));
                    return late;
                }
                if (swallows > 0) {
                    swallows--;
                    return new CompletableFuture<>();
                }
                Answer refusal = refusals.apply(writes);
                if (refusal != null) {
                    return CompletableFuture.completedFuture(refusal);
                }
                if (losingConnections.test(writes)) {
                    return CompletableFuture.failedFuture(new RegistryException("the connection was lost"));
                }
                if (losingAnswers.test(writes)) {
                    super.commit(session, writes);
                    return new CompletableFuture<>();
                }
                return refusing
                        ? CompletableFuture.failedFuture(new RegistryException("the server is too busy"))
                        : super.commit(session, writes);
            }
        }

        /** What it has held back arrives now. */
        void release() {
            holding = false;
            held.forEach(Runnable::run);
            held.clear();
        }

        /** What it was not told yet, it is told now. */
        void answer() {
            unanswered = false;
            answers.forEach(Runnable::run);
            answers.clear();
        }

        /** What a kill -9 does. */
        void kill() {
            watch.kill();
            registry.link().kill();
        }

        /** What an orderly stop does, once nothing runs any more. */
        void leave() {
            engine.drain()
                    .thenRun(() -> watch.execute(() -> {
                        registry.close();
                        watch.kill();
                    }));
        }

        <E extends ElasticJobEvent> List<E> events(Class<E> type) {
            return events.stream().filter(type::isInstance).map(type::cast).toList();
        }

        NamespaceView view() {
            return now(engine.namespace());
        }

        Optional<JobDetail> detail(String job) {
            return now(engine.job(job));
        }
    }

    private static RegistryListener withoutTransactions(RegistryListener listener) {
        return new RegistryListener() {
            @Override
            public void connected(Session session) {
                listener.connected(session);
            }

            @Override
            public void suspended() {
                listener.suspended();
            }

            @Override
            public void lost(Session session) {
                listener.lost(session);
            }

            @Override
            public void changed(String path) {
                listener.changed(path);
            }
        };
    }

    Process start(String name, JobDefinition... jobs) {
        return start(name, 64, jobs);
    }

    /** Starts, and lets nobody learn anything yet. */
    Process launch(String name, JobDefinition... jobs) {
        return new Process(name, "shop", 64, StrategyCatalog.builtIn(), jobs);
    }

    /** Starts one under rules of its own, and lets nobody learn anything yet. */
    Process launch(String name, Duration skew, Consumer<JobEngineBuilder> rules, JobDefinition... jobs) {
        return new Process(name, "shop", 64, StrategyCatalog.builtIn(), skew, rules, jobs);
    }

    Process start(String name, int slots, JobDefinition... jobs) {
        Process process = new Process(name, "shop", slots, StrategyCatalog.builtIn(), jobs);
        settle();
        return process;
    }

    /** One with slots of their own for some execution groups. */
    Process startInGroups(String name, int slots, Map<String, Integer> groups, JobDefinition... jobs) {
        groupsOfNext = groups;
        try {
            return start(name, slots, jobs);
        } finally {
            groupsOfNext = Map.of();
        }
    }

    Process start(String name, StrategyCatalog strategies, JobDefinition... jobs) {
        Process process = new Process(name, "shop", 64, strategies, jobs);
        settle();
        return process;
    }

    /** One whose clock is wrong by so much. */
    Process startWithClock(String name, Duration skew, JobDefinition... jobs) {
        Process process = new Process(name, "shop", 64, StrategyCatalog.builtIn(), skew, any -> {}, jobs);
        settle();
        return process;
    }

    /** One that, as the leader, forgets jobs that nobody has declared for so long. */
    Process startForgetting(String name, Duration after, JobDefinition... jobs) {
        Process process = new Process(
                name,
                "shop",
                64,
                StrategyCatalog.builtIn(),
                Duration.ZERO,
                builder -> builder.forgetUndeclaredAfter(after),
                jobs);
        settle();
        return process;
    }

    /** One whose engine is built with more than the usual. */
    Process startWith(String name, Consumer<JobEngineBuilder> rules, JobDefinition... jobs) {
        Process process = new Process(name, "shop", 64, StrategyCatalog.builtIn(), Duration.ZERO, rules, jobs);
        settle();
        return process;
    }

    Process startOf(String application, String name, JobDefinition... jobs) {
        Process process = new Process(name, application, 64, StrategyCatalog.builtIn(), jobs);
        settle();
        return process;
    }

    /** One of an application of its own, whose engine is built with more than the usual. */
    Process startOf(String application, String name, Consumer<JobEngineBuilder> rules, JobDefinition... jobs) {
        Process process = new Process(name, application, 64, StrategyCatalog.builtIn(), Duration.ZERO, rules, jobs);
        settle();
        return process;
    }

    /** As somebody's hand does it, each in a transaction of its own. */
    void create(Map<String, byte[]> nodes) {
        byHand(nodes.entrySet().stream()
                .map(node -> new Write.Create(node.getKey(), node.getValue(), Write.Life.PERSISTENT))
                .toList());
    }

    /** As somebody's hand does it. */
    void delete(String path) {
        byHand(List.of(new Write.Delete(
                path, ((Read.Present) ensemble.node(path)).stat().version())));
    }

    private void byHand(List<? extends Write> writes) {
        MemoryRegistry hand = ensemble.client(SESSION);
        List<CompletionStage<Answer>> answers = new ArrayList<>();
        hand.open(new RegistryListener() {
            @Override
            public void connected(Session session) {
                writes.forEach(write -> answers.add(hand.commit(session, List.of(write))));
            }

            @Override
            public void suspended() {}

            @Override
            public void lost(Session session) {}

            @Override
            public void changed(String changed) {}
        });
        settle();
        answers.forEach(answer -> {
            if (!(now(answer) instanceof Answer.Committed)) {
                throw new AssertionError("not written: " + writes);
            }
        });
        hand.close();
    }

    /** As an operator's hand does it. */
    void overwrite(String path, byte[] data) {
        MemoryRegistry hand = ensemble.client(SESSION);
        hand.open(new RegistryListener() {
            @Override
            public void connected(Session session) {
                int version = ((Read.Present) ensemble.node(path)).stat().version();
                hand.commit(session, List.of(new Write.Put(path, data, version)))
                        .thenRun(hand::close);
            }

            @Override
            public void suspended() {}

            @Override
            public void lost(Session session) {}

            @Override
            public void changed(String changed) {}
        });
        settle();
    }

    /** Lets everybody learn what there is to learn. */
    void settle() {
        time.pass(Duration.ofMillis(300));
    }

    /** Lets time pass up to a whole number of seconds and a little. */
    void seconds(int count) {
        Instant next = Instant.ofEpochSecond(time.now().getEpochSecond() + count);
        time.passUntil(next.plusMillis(400));
    }

    /** Id of the instance that runs the shard, or ran it last. */
    String owner(String job, int shard) {
        return record(job, shard)
                .latest()
                .map(ShardState.Attempt::owner)
                .orElseThrow(() -> new AssertionError(job + "/" + shard + " never ran"));
    }

    ShardRecord record(String job, int shard) {
        return ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith(job + "@"))
                .map(name -> ensemble.node("/test/shards/" + name + "/" + shard))
                .filter(Read.Present.class::isInstance)
                .map(read -> ShardRecordCodec.decode(((Read.Present) read).data()))
                .filter(Decoded.Value.class::isInstance)
                .map(decoded -> ((Decoded.Value<ShardRecord>) decoded).value())
                .findFirst()
                .orElse(ShardRecord.NEW);
    }

    /** Which process ran which shard of the job's firing of this instant: {@code a:0 b:1}. */
    String ran(String job, Instant fireTime) {
        return ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job) && entry.fireTime.equals(fireTime))
                .map(entry -> entry.process + ":" + entry.id.shard())
                .sorted()
                .collect(Collectors.joining(" "));
    }

    long runs(String job) {
        return ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job))
                .count();
    }

    /** As an operator's hand does it. */
    void overwrite(String path, String data) {
        MemoryRegistry hand = ensemble.client(SESSION);
        hand.open(new RegistryListener() {
            @Override
            public void connected(Session session) {
                int version = ((Read.Present) ensemble.node(path)).stat().version();
                hand.commit(session, List.of(new Write.Put(path, data.getBytes(StandardCharsets.UTF_8), version)));
            }

            @Override
            public void suspended() {}

            @Override
            public void lost(Session session) {}

            @Override
            public void changed(String changed) {}
        });
        settle();
    }

    /** Whether what is asked for is done; false when it is refused. */
    boolean isDone(CompletionStage<?> asked) {
        CompletableFuture<?> answer = asked.toCompletableFuture();
        time.until(answer::isDone);
        return !answer.isCompletedExceptionally();
    }

    <T> T now(CompletionStage<T> asked) {
        CompletableFuture<T> answer = asked.toCompletableFuture();
        time.until(answer::isDone);
        return answer.join();
    }
}
