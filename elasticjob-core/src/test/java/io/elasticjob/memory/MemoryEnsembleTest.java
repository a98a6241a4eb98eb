package io.elasticjob.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Answer.Committed;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Read.Absent;
import io.elasticjob.registry.Read.Present;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.registry.Write.Create;
import io.elasticjob.registry.Write.Life;
import io.elasticjob.registry.Write.Put;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the contract cannot ask of every registry: faults on purpose, and runs that replay. */
class MemoryEnsembleTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(6);

    /** Faults that a test sets as it goes. */
    private static final class Script implements Faults {
        Duration request = Duration.ZERO;
        Duration answer = Duration.ZERO;
        Duration lag = Duration.ZERO;
        Duration sinceHeartbeat = Duration.ZERO;
        boolean arrives = true;
        int behind;

        @Override
        public Duration request() {
            return request;
        }

        @Override
        public Duration answer() {
            return answer;
        }

        @Override
        public Duration lag() {
            return lag;
        }

        @Override
        public boolean arrives() {
            return arrives;
        }

        @Override
        public int behind(int most) {
            return Math.min(behind, most);
        }

        @Override
        public Duration sinceHeartbeat(Duration most) {
            return sinceHeartbeat.compareTo(most) < 0 ? sinceHeartbeat : most;
        }
    }

    private static final class Peer implements RegistryListener {
        final MemoryRegistry registry;
        final List<String> heard = new ArrayList<>();
        Session session = new Session("none", Duration.ZERO);

        Peer(MemoryRegistry registry) {
            this.registry = registry;
            registry.open(this);
        }

        @Override
        public void connected(Session session) {
            this.session = session;
            heard.add("connected " + session.id());
        }

        @Override
        public void suspended() {
            heard.add("suspended");
        }

        @Override
        public void lost(Session session) {
            heard.add("lost " + session.id());
        }

        @Override
        public void changed(String path) {
            heard.add("changed " + path);
        }

        CompletableFuture<Answer> commit(Write... writes) {
            return registry.commit(session, List.of(writes)).toCompletableFuture();
        }

        CompletableFuture<List<Read>> read(String path) {
            return registry.read(session, List.of(path)).toCompletableFuture();
        }
    }

    private final VirtualTime time = new VirtualTime();
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time);
    private final Script faults = new Script();
    private final Peer a = connect(faults);
    private final Peer b = connect(Faults.NONE);

    private Peer connect(Faults faults) {
        Peer peer = new Peer(ensemble.client(TIMEOUT, faults));
        settle();
        return peer;
    }

    private void settle() {
        time.pass(Duration.ZERO);
    }

    private <T> T await(CompletionStage<T> stage) {
        time.until(stage.toCompletableFuture()::isDone);
        return stage.toCompletableFuture().join();
    }

    private String seenBy(Peer peer, String path) {
        return await(peer.read(path)).get(0) instanceof Present present ? new String(present.data(), UTF_8) : "absent";
    }

    private String truth(String path) {
        return ensemble.node(path) instanceof Present present ? new String(present.data(), UTF_8) : "absent";
    }

    private static Create create(String path) {
        return new Create(path, "new".getBytes(UTF_8), Life.PERSISTENT);
    }

    private static Create ephemeral(String path) {
        return new Create(path, "mine".getBytes(UTF_8), Life.EPHEMERAL);
    }

    private static Put put(String path, String text, int version) {
        return new Put(path, text.getBytes(UTF_8), version);
    }

    @Test
    void aLaggingServerShowsTheOldUntilItRingsOrIsSynced() {
        await(b.commit(create("/t")));
        await(a.registry.sync(a.session));
        await(a.registry.watchTree(a.session, "/t"));
        faults.lag = Duration.ofSeconds(1);

        await(b.commit(put("/t", "x", 0)));
        assertThat(seenBy(a, "/t")).isEqualTo("new");
        time.pass(Duration.ofSeconds(1));
        assertThat(a.heard).endsWith("changed /t");
        assertThat(seenBy(a, "/t")).isEqualTo("x");

        await(b.commit(put("/t", "y", 1)));
        assertThat(seenBy(a, "/t")).isEqualTo("x");
        await(a.registry.sync(a.session));
        assertThat(seenBy(a, "/t")).isEqualTo("y");
    }

    @Test
    void onesOwnWritesAreSeenHoweverTheServerLags() {
        faults.lag = Duration.ofHours(1);
        await(b.commit(create("/t")));
        await(a.commit(create("/u")));
        assertThat(seenBy(a, "/u")).isEqualTo("new");
        assertThat(seenBy(a, "/t")).as("written before one's own").isEqualTo("new");
    }

    @Test
    void anotherServerMayBeBehindAnUnansweredWriteButNotBehindAnAnsweredOne() {
        await(a.commit(create("/t")));
        a.registry.link().silenceAnswers();
        CompletableFuture<Answer> doubtful = a.commit(put("/t", "x", 0));
        settle();
        assertThat(truth("/t")).isEqualTo("x");
        faults.behind = 100;
        faults.lag = Duration.ofSeconds(1);
        a.registry.link().reset();
        a.registry.link().heal();
        settle();

        assertThat(doubtful).isCompletedExceptionally();
        assertThat(seenBy(a, "/t")).isEqualTo("new");
        await(a.registry.sync(a.session));
        assertThat(seenBy(a, "/t")).isEqualTo("x");
    }

    @Test
    void aRequestUnderWayWhenTheConnectionBreaksArrivesOrDoesNot() {
        faults.request = Duration.ofMillis(10);
        for (boolean arrives : new boolean[] {true, false}) {
            String path = "/" + arrives;
            faults.arrives = arrives;
            CompletableFuture<Answer> doubtful = a.commit(create(path));
            settle();
            a.registry.link().cut();
            settle();
            assertThat(doubtful).isCompletedExceptionally();
            time.pass(Duration.ofMillis(10));
            assertThat(truth(path)).isEqualTo(arrives ? "new" : "absent");
            a.registry.link().heal();
            time.pass(Duration.ofMillis(10));
        }
    }

    @Test
    void noRequestOfABrokenConnectionArrivesOnceTheSessionWasResumed() {
        faults.request = Duration.ofSeconds(1);
        CompletableFuture<Answer> doubtful = a.commit(create("/t"));
        settle();
        faults.request = Duration.ZERO;
        a.registry.link().reset();
        settle();
        assertThat(a.heard).endsWith("suspended", "connected " + a.session.id());

        time.pass(Duration.ofSeconds(2));
        assertThat(doubtful).isCompletedExceptionally();
        assertThat(truth("/t")).isEqualTo("absent");
    }

    @Test
    void messagesOfOneConnectionKeepTheirOrderHoweverLongTheyTake() {
        faults.request = Duration.ofSeconds(1);
        CompletableFuture<Answer> slow = a.commit(create("/t"));
        settle();
        faults.request = Duration.ZERO;
        CompletableFuture<Answer> quick = a.commit(create("/t/1"));
        assertThat(await(quick)).isInstanceOf(Committed.class);
        assertThat(slow).isCompleted();
    }

    @Test
    void aShortSilenceOnlyDelays() {
        a.registry.link().silence();
        CompletableFuture<Answer> answer = a.commit(create("/t"));
        time.pass(Duration.ofSeconds(3));
        assertThat(answer).isNotDone();
        a.registry.link().heal();
        settle();
        assertThat(answer).isCompleted();
        assertThat(a.heard).containsExactly("connected " + a.session.id());
    }

    @Test
    void inALongSilenceTheClientGivesUpAfterTwoThirdsAndTheServerAfterTheWhole() {
        await(a.commit(ephemeral("/a")));
        String old = a.session.id();
        a.registry.link().silence();
        time.pass(Duration.ofMillis(3_999));
        assertThat(a.heard).doesNotContain("suspended");
        time.pass(Duration.ofMillis(1));
        assertThat(a.heard).endsWith("suspended");
        time.pass(Duration.ofMillis(1_999));
        assertThat(truth("/a")).isEqualTo("mine");
        time.pass(Duration.ofMillis(501));
        assertThat(truth("/a")).isEqualTo("absent");
        assertThat(a.heard).as("only the server knows").endsWith("suspended");

        a.registry.link().heal();
        settle();
        assertThat(a.heard).endsWith("suspended", "lost " + old, "connected " + a.session.id());
    }

    @Test
    void aServerThatIsHeardNoMoreStillHears() {
        await(a.commit(ephemeral("/a")));
        a.registry.link().silenceAnswers();
        a.commit(create("/t"));
        time.pass(Duration.ofMillis(9_900));
        assertThat(truth("/t")).isEqualTo("new");
        assertThat(a.heard).endsWith("suspended", "lost " + a.session.id());
        assertThat(truth("/a")).as("heartbeats came until the client gave up").isEqualTo("mine");
        time.pass(Duration.ofMillis(700));
        assertThat(truth("/a")).isEqualTo("absent");
    }

    @Test
    void theLastHeartbeatMayHaveBeenAWhileAgo() {
        await(a.commit(ephemeral("/a")));
        time.pass(Duration.ofSeconds(10));
        faults.sinceHeartbeat = Duration.ofSeconds(2);
        a.registry.link().silence();
        time.pass(Duration.ofSeconds(2));
        assertThat(a.heard).endsWith("suspended");
        time.pass(Duration.ofMillis(2_500));
        assertThat(truth("/a")).isEqualTo("absent");
    }

    @Test
    void theServerMayExpireASessionWhoseClientBelievesToBeConnected() {
        await(a.commit(ephemeral("/a")));
        String old = a.session.id();
        a.registry.link().silenceAnswers();
        a.registry.link().expire();
        CompletableFuture<Answer> late = a.commit(create("/t"));
        settle();
        assertThat(truth("/a")).isEqualTo("absent");
        assertThat(a.heard).containsExactly("connected " + old);

        a.registry.link().heal();
        settle();
        assertThat(late).isCompletedExceptionally();
        assertThat(truth("/t")).isEqualTo("absent");
        assertThat(a.heard).endsWith("suspended", "lost " + old, "connected " + a.session.id());
    }

    @Test
    void aFrozenProcessLearnsEverythingWhenItThaws() {
        await(a.commit(ephemeral("/a")));
        await(a.registry.watchTree(a.session, "/"));
        String old = a.session.id();
        a.registry.link().freeze();
        await(b.commit(create("/t")));
        time.pass(Duration.ofSeconds(7));
        assertThat(truth("/a")).isEqualTo("absent");
        assertThat(a.heard).doesNotContain("changed /t", "suspended");

        a.registry.link().thaw();
        settle();
        assertThat(a.heard).endsWith("changed /t", "suspended", "lost " + old, "connected " + a.session.id());
    }

    @Test
    void aKilledProcessLeavesItsSessionToExpire() {
        await(a.commit(ephemeral("/a")));
        a.registry.link().kill();
        time.pass(Duration.ofSeconds(5));
        assertThat(truth("/a")).isEqualTo("mine");
        time.pass(Duration.ofMillis(1_500));
        assertThat(truth("/a")).isEqualTo("absent");
        assertThat(a.heard).containsExactly("connected " + a.session.id());
    }

    @Test
    void aRestartCutsEveryoneAndStartsAllSessionClocksAnew() {
        await(a.commit(ephemeral("/a"), create("/t")));
        long before = ((Present) ensemble.node("/t")).stat().modified();
        a.registry.link().cut();
        time.pass(Duration.ofSeconds(5));
        ensemble.stop();
        time.pass(Duration.ofSeconds(2));
        ensemble.start();
        time.pass(Duration.ofSeconds(5));
        assertThat(truth("/a")).isEqualTo("mine");
        assertThat(b.heard).containsExactly("connected " + b.session.id(), "suspended", "connected " + b.session.id());
        await(b.commit(put("/t", "x", 0)));
        assertThat(((Present) ensemble.node("/t")).stat().modified()).isGreaterThan(before + 1_000_000);
        time.pass(Duration.ofSeconds(2));
        assertThat(truth("/a")).isEqualTo("absent");
    }

    @Test
    void aClientThatIsAwayForTooLongGivesItsSessionUpAlthoughTheEnsembleMayNot() {
        await(a.commit(ephemeral("/a")));
        String old = a.session.id();
        ensemble.stop();
        time.pass(Duration.ofMillis(7_999));
        assertThat(a.heard).endsWith("suspended");
        time.pass(Duration.ofMillis(1));
        assertThat(a.heard).endsWith("suspended", "lost " + old);

        ensemble.start();
        settle();
        assertThat(a.heard).endsWith("lost " + old, "connected " + a.session.id());
        assertThat(truth("/a")).as("the ensemble has only just begun to wait").isEqualTo("mine");
        time.pass(Duration.ofMillis(6_500));
        assertThat(truth("/a")).isEqualTo("absent");
    }

    @Test
    void aTreeDeletedByHandRingsForEachOfItsNodes() {
        await(b.commit(create("/t"), create("/t/1"), create("/t/1/2")));
        await(a.registry.watchTree(a.session, "/t"));
        ensemble.deleteTree("/t");
        settle();
        assertThat(a.heard).endsWith("changed /t/1/2", "changed /t/1", "changed /t");
        assertThat(ensemble.node("/t")).isInstanceOf(Absent.class);
        assertThat(ensemble.children("/")).isEmpty();
    }

    @Test
    void requestsAreCountedByKindForOneClientAndForAll() {
        await(a.commit(create("/t")));
        await(a.read("/t"));
        await(a.registry.children(a.session, "/"));
        await(a.registry.watchTree(a.session, "/"));
        await(b.registry.sync(b.session));
        assertThat(a.registry.requests()).isEqualTo(new Requests(1, 1, 1, 1, 0));
        assertThat(ensemble.requests()).isEqualTo(new Requests(1, 1, 1, 1, 1));
    }

    @Test
    void thePastIsForgottenButNotWhatIsStillThere() {
        await(b.commit(create("/t"), create("/gone")));
        await(b.commit(new Write.Delete("/gone", 0)));
        for (int i = 0; i < 2_500; i++) {
            b.commit(put("/t", "" + i, i));
        }
        await(b.registry.sync(b.session));
        assertThat(seenBy(b, "/t")).isEqualTo("2499");
        assertThat(seenBy(a, "/t")).isEqualTo("2499");
        assertThat(ensemble.children("/")).containsExactly("t");
    }

    @Test
    void theSameSeedMakesTheSameRun() {
        assertThat(run(7)).isEqualTo(run(7)).isNotEqualTo(run(8));
    }

    private static List<String> run(long seed) {
        Random random = new Random(seed);
        VirtualTime time = new VirtualTime();
        MemoryEnsemble ensemble = new MemoryEnsemble(time);
        List<String> history = new ArrayList<>();
        ensemble.observe(change -> history.add(time.now() + " " + change.zxid() + " " + change.path()));
        Faults chance = new Faults() {
            private Duration some(int millis) {
                return Duration.ofMillis(random.nextInt(millis));
            }

            @Override
            public Duration request() {
                return some(50);
            }

            @Override
            public Duration answer() {
                return some(50);
            }

            @Override
            public Duration lag() {
                return some(500);
            }

            @Override
            public boolean arrives() {
                return random.nextBoolean();
            }

            @Override
            public Duration reconnect() {
                return some(300);
            }

            @Override
            public int behind(int most) {
                return random.nextInt(most + 1);
            }

            @Override
            public Duration sinceHeartbeat(Duration most) {
                return some((int) most.toMillis());
            }
        };
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            peers.add(new Peer(ensemble.client(Duration.ofSeconds(2), chance)));
        }
        for (int step = 0; step < 2_000; step++) {
            Peer peer = peers.get(random.nextInt(3));
            Link link = peer.registry.link();
            switch (random.nextInt(60)) {
                case 0 -> link.reset();
                case 1 -> link.cut();
                case 2 -> link.silence();
                case 3 -> link.silenceAnswers();
                case 4 -> link.silenceRequests();
                case 5 -> link.freeze();
                case 6 -> link.expire();
                case 7 -> ensemble.restart();
                case 8 -> peer.registry.renew(peer.session);
                case 9, 10, 11, 12, 13, 14 ->
                    peers.forEach(each -> {
                        each.registry.link().heal();
                        each.registry.link().thaw();
                    });
                case 15 -> peer.registry.watchTree(peer.session, "/");
                case 16, 17 -> peer.commit(ephemeral("/" + peer.session.id()));
                default -> peer.commit(new Create("/n-", new byte[0], Life.SEQUENTIAL));
            }
            time.pass(Duration.ofMillis(random.nextInt(60)));
        }
        for (Peer peer : peers) {
            peer.registry.link().heal();
            peer.registry.link().thaw();
        }
        time.pass(Duration.ofSeconds(20));
        for (Peer peer : peers) {
            assertThat(peer.heard.get(peer.heard.size() - 1)).isNotEqualTo("suspended");
            CompletableFuture<Void> synced = peer.registry.sync(peer.session).toCompletableFuture();
            time.until(synced::isDone);
            assertThat(synced)
                    .as("seed %d: everybody is served in the end", seed)
                    .isCompleted();
            history.addAll(peer.heard);
        }
        return history;
    }

    @Test
    void everybodyIsServedInTheEndWhateverHappened() {
        for (long seed = 0; seed < 100; seed++) {
            run(seed);
        }
    }

    @Test
    void realThreadsMayUseItToo() throws Exception {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        Timekeeper real = new Timekeeper() {
            @Override
            public Instant now() {
                return Instant.EPOCH;
            }

            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void execute(Runnable task) {
                thread.execute(task);
            }

            @Override
            public void after(Duration delay, Runnable task) {
                thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            }
        };
        MemoryRegistry registry = new MemoryEnsemble(real).client(TIMEOUT);
        CompletableFuture<Session> connected = new CompletableFuture<>();
        registry.open(new RegistryListener() {
            @Override
            public void connected(Session session) {
                connected.complete(session);
            }

            @Override
            public void suspended() {}

            @Override
            public void lost(Session session) {}

            @Override
            public void changed(String path) {}
        });
        Session session = connected.get(10, TimeUnit.SECONDS);
        Answer answer = registry.commit(session, List.of(create("/t")))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        assertThat(answer).isInstanceOf(Committed.class);
        registry.close();
        assertThatThrownBy(() -> registry.sync(session).toCompletableFuture().get(10, TimeUnit.SECONDS))
                .hasMessageContaining("closed");
        thread.shutdown();
    }
}
