package io.elasticjob.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.RegistryException;
import io.elasticjob.registry.Answer.Committed;
import io.elasticjob.registry.Answer.Reason;
import io.elasticjob.registry.Answer.Refused;
import io.elasticjob.registry.Read.Absent;
import io.elasticjob.registry.Read.Present;
import io.elasticjob.registry.Write.Check;
import io.elasticjob.registry.Write.Create;
import io.elasticjob.registry.Write.Delete;
import io.elasticjob.registry.Write.Life;
import io.elasticjob.registry.Write.Put;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every registry keeps to. Each test has an empty registry with the node {@code /t} and a tick of half a second. */
public abstract class RegistryContract {

    /** ZooKeeper's client may take a second before it connects again: a short cut must not cost the session. */
    protected static final Duration TIMEOUT = Duration.ofSeconds(4);

    /** A client that is not opened yet, and is closed after the test. */
    protected abstract Registry client(Duration sessionTimeout);

    /** Lets time go by until it is so; fails when it never is. */
    protected abstract void until(BooleanSupplier condition);

    /** Both ends notice that the connection is gone, and no new one can be made until {@link #heal}. */
    protected abstract void cut(Registry client);

    /** The server goes on to hear the client, but the client hears nothing until {@link #heal}. */
    protected abstract void silenceAnswers(Registry client);

    protected abstract void heal(Registry client);

    /** How many requests the client has sent. */
    protected abstract long requests(Registry client);

    /** A client and what it has heard. */
    protected final class Peer {
        public final Registry registry;
        public final List<String> heard = new CopyOnWriteArrayList<>();
        private volatile Session session = new Session("none", Duration.ZERO);

        Peer(Registry registry) {
            this.registry = registry;
            registry.open(new RegistryListener() {
                @Override
                public void connected(Session session) {
                    Peer.this.session = session;
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
            });
        }

        public Session session() {
            return session;
        }

        public void hears(String event) {
            until(() -> heard.contains(event));
        }

        long changes(String path) {
            return heard.stream().filter(("changed " + path)::equals).count();
        }

        Answer commit(Write... writes) {
            return await(registry.commit(session, List.of(writes)));
        }

        public Read read(String path) {
            return await(registry.read(session, List.of(path))).get(0);
        }

        public Read readNow(String path) {
            await(registry.sync(session));
            return read(path);
        }

        public String text(String path) {
            return new String(((Present) readNow(path)).data(), UTF_8);
        }
    }

    private final List<Registry> opened = new ArrayList<>();
    protected Peer a;
    protected Peer b;

    @BeforeEach
    void connectTwo() {
        a = peer();
        b = peer();
        a.commit(create("/t"));
    }

    protected Peer peer() {
        Peer peer = new Peer(client(TIMEOUT));
        opened.add(peer.registry);
        until(() -> !peer.heard.isEmpty());
        assertThat(peer.heard).containsExactly("connected " + peer.session().id());
        return peer;
    }

    /** For subclasses to call when the test is over. */
    protected void closeAll() {
        opened.forEach(Registry::close);
    }

    protected <T> T await(CompletionStage<T> stage) {
        until(() -> stage.toCompletableFuture().isDone());
        return stage.toCompletableFuture().join();
    }

    private void fails(CompletionStage<?> stage) {
        until(() -> stage.toCompletableFuture().isDone());
        assertThatThrownBy(() -> stage.toCompletableFuture().join()).hasCauseInstanceOf(RegistryException.class);
    }

    protected static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    protected static Create create(String path) {
        return new Create(path, bytes("new"), Life.PERSISTENT);
    }

    protected static Create ephemeral(String path) {
        return new Create(path, bytes("mine"), Life.EPHEMERAL);
    }

    protected static Put put(String path, String text, int version) {
        return new Put(path, bytes(text), version);
    }

    // Versions and transactions

    @Test
    void aPutCountsTheVersionAndAnswersWithTheStat() {
        Stat before = ((Present) a.readNow("/t")).stat();

        Committed answer = (Committed) a.commit(put("/t", "x", 0));

        Stat after = answer.results().get(0).stat().orElseThrow();
        assertThat(after.version()).isEqualTo(1);
        assertThat(after.created()).isEqualTo(before.created());
        assertThat(after.modified()).isGreaterThan(before.modified());
        assertThat(after.modifiedAt()).isAfterOrEqualTo(before.modifiedAt());
        assertThat(((Present) a.read("/t")).stat()).isEqualTo(after);
        assertThat(a.text("/t")).isEqualTo("x");
    }

    @Test
    void transactionIdsIncreaseOverAllNodesAndClients() {
        long last = 0;
        a.commit(create("/t/1"), create("/t/2"));
        for (int i = 0; i < 4; i++) {
            Peer writer = i % 2 == 0 ? a : b;
            Answer answer = writer.commit(put(i < 2 ? "/t/1" : "/t/2", "x", i % 2));
            long id = ((Committed) answer).results().get(0).stat().orElseThrow().modified();
            assertThat(id).isGreaterThan(last);
            last = id;
        }
    }

    @Test
    void laterWritesOfACommitSeeEarlierOnes() {
        Committed answer = (Committed) a.commit(create("/t/1"), put("/t/1", "claimed", 0));

        assertThat(answer.results().get(0).stat()).isEmpty();
        assertThat(answer.results().get(1).stat().orElseThrow().version()).isEqualTo(1);
        assertThat(a.text("/t/1")).isEqualTo("claimed");
    }

    @Test
    void aNodeMadeAnewStartsFromVersionZeroUnderANewCreationId() {
        a.commit(create("/t/1"), put("/t/1", "x", 0));
        Stat first = ((Present) a.read("/t/1")).stat();

        a.commit(new Delete("/t/1", 1));
        assertThat(a.read("/t/1")).isInstanceOf(Absent.class);
        a.commit(create("/t/1"));

        Stat second = ((Present) a.read("/t/1")).stat();
        assertThat(second.version()).isZero();
        assertThat(second.created()).isGreaterThan(first.modified());
    }

    @Test
    void theFirstRefusalIsNamedAndNothingIsWritten() {
        a.commit(create("/t/1"), create("/t/1/below"));

        assertThat(a.commit(put("/t", "x", 0), put("/t/1", "x", 7), create("/t/1")))
                .isEqualTo(new Refused(1, Reason.VERSION));
        assertThat(a.commit(put("/t", "x", 0), create("/t/1"))).isEqualTo(new Refused(1, Reason.PRESENT));
        assertThat(a.commit(put("/t", "x", 0), create("/no/1"))).isEqualTo(new Refused(1, Reason.ABSENT));
        assertThat(a.commit(new Check("/no", 0), put("/t", "x", 0))).isEqualTo(new Refused(0, Reason.ABSENT));
        assertThat(a.commit(new Check("/t", 3), put("/t", "x", 0))).isEqualTo(new Refused(0, Reason.VERSION));
        assertThat(a.commit(create("/t/2"), new Delete("/t/1", 0))).isEqualTo(new Refused(1, Reason.NOT_EMPTY));
        assertThat(a.commit(create("/t/2"), create("/t/2"))).isEqualTo(new Refused(1, Reason.PRESENT));

        assertThat(a.text("/t")).isEqualTo("new");
        assertThat(a.read("/t/2")).isInstanceOf(Absent.class);
    }

    @Test
    void aCheckThatHoldsChangesNothing() {
        assertThat(a.commit(new Check("/t", 0), create("/t/1"))).isInstanceOf(Committed.class);
        assertThat(((Present) a.read("/t")).stat().version()).isZero();
    }

    @Test
    void aRefusedClientSeesAtOnceWhatRefusedIt() {
        a.commit(put("/t", "a", 0));
        assertThat(b.commit(put("/t", "b", 0))).isEqualTo(new Refused(0, Reason.VERSION));
        assertThat(((Present) b.read("/t")).stat().version()).isEqualTo(1);
    }

    @Test
    void twoHundredReadsAreOneRequestAndToldApart() {
        byte[] record = new byte[1024];
        List<Write> writes = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            paths.add("/t/" + i);
            if (i % 2 == 0) {
                writes.add(new Create("/t/" + i, record, Life.PERSISTENT));
            }
        }
        await(a.registry.commit(a.session(), writes));
        long before = requests(a.registry);

        List<Read> reads = await(a.registry.read(a.session(), paths));

        assertThat(requests(a.registry) - before).isEqualTo(1);
        assertThat(reads).hasSize(200);
        IntStream.range(0, 200)
                .forEach(i -> assertThat(reads.get(i)).isInstanceOf(i % 2 == 0 ? Present.class : Absent.class));
    }

    @Test
    void thereIsNoVersionThatFitsAll() {
        assertThatThrownBy(() -> put("/t", "x", -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Check("/t", -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Delete("/t", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsNoPathIsRefusedOnTheSpot() {
        for (String path : List.of("t", "/t/", "//t", "")) {
            assertThatThrownBy(() -> a.registry.children(a.session(), path))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> a.registry.commit(a.session(), List.of(create(path))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void nothingIsSentWhenNothingIsAsked() {
        long before = requests(a.registry);
        assertThat(await(a.registry.read(a.session(), List.of()))).isEmpty();
        assertThat(await(a.registry.commit(a.session(), List.of()))).isEqualTo(new Committed(List.of()));
        assertThat(requests(a.registry)).isEqualTo(before);
    }

    @Test
    void answersComeInTheOrderOfTheQuestions() {
        List<String> answered = new CopyOnWriteArrayList<>();
        List<CompletionStage<?>> asked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String n = "" + i;
            asked.add(a.registry
                    .commit(a.session(), List.of(create("/t/" + n)))
                    .thenRun(() -> answered.add("commit" + n)));
            asked.add(a.registry.read(a.session(), List.of("/t/" + n)).thenAccept(read -> {
                assertThat(read.get(0)).isInstanceOf(Present.class);
                answered.add("read" + n);
            }));
            asked.add(a.registry.children(a.session(), "/t").thenAccept(names -> answered.add("children" + n)));
            asked.add(a.registry.sync(a.session()).thenRun(() -> answered.add("sync" + n)));
        }
        asked.forEach(this::await);

        assertThat(answered)
                .containsExactlyElementsOf(IntStream.range(0, 5)
                        .boxed()
                        .flatMap(i -> List.of("commit" + i, "read" + i, "children" + i, "sync" + i).stream())
                        .toList());
    }

    @Test
    void childrenAreNamedWithoutTheirPathAndAnAbsentNodeHasNone() {
        a.commit(create("/t/1"), create("/t/2"), create("/t/2/3"));

        assertThat(await(a.registry.children(a.session(), "/t"))).containsExactlyInAnyOrder("1", "2");
        assertThat(await(a.registry.children(a.session(), "/t/1"))).isEmpty();
        assertThat(await(a.registry.children(a.session(), "/no"))).isEmpty();
    }

    @Test
    void aReadTellsHowManyNodesAreDirectlyBelow() {
        assertThat(((Present) a.readNow("/t")).stat().children()).isZero();

        a.commit(create("/t/1"), create("/t/2"), create("/t/1/deeper"));

        Stat stat = ((Present) a.readNow("/t")).stat();
        assertThat(stat.children()).isEqualTo(2);
        assertThat(stat.version())
                .as("coming and going below is no change of the data")
                .isZero();
        assertThat(((Committed) a.commit(new Put("/t", new byte[0], 0)))
                        .results()
                        .get(0)
                        .stat()
                        .orElseThrow()
                        .children())
                .isEqualTo(2);
        a.commit(new Delete("/t/2", 0));
        assertThat(((Present) a.readNow("/t")).stat().children()).isEqualTo(1);
    }

    @Test
    void aReadTellsHowManyNodesWereEverDirectlyBelowWhichIsTheNextSequentialNumber() {
        Create trigger = new Create("/t/trigger-", bytes("go"), Life.SEQUENTIAL);
        assertThat(made()).isZero();
        a.commit(create("/t/1"), trigger, create("/t/1/deeper"));
        assertThat(made()).isEqualTo(2);
        a.commit(new Delete("/t/1/deeper", 0), new Delete("/t/1", 0), new Check("/t", 0));
        a.commit(create("/t/1"), new Check("/t", 9));
        assertThat(made())
                .as("neither what is deleted nor what is refused counts")
                .isEqualTo(2);
        a.commit(new Create("/t/mine", bytes("x"), Life.EPHEMERAL), create("/t/trigger-9999999999"));
        assertThat(made()).isEqualTo(4);
        assertThat(written(b.commit(trigger))).containsExactly("/t/trigger-0000000004");
        b.commit(new Put("/t", bytes("other"), 0));
        assertThat(made()).isEqualTo(5);
    }

    private long made() {
        return ((Present) b.readNow("/t")).stat().childrenMade();
    }

    @Test
    void sequentialNamesCountOnAfterADeletionForAsLongAsTheParentLives() {
        Create trigger = new Create("/t/trigger-", bytes("go"), Life.SEQUENTIAL);
        assertThat(written(a.commit(trigger, trigger)))
                .containsExactly("/t/trigger-0000000000", "/t/trigger-0000000001");
        a.commit(new Delete("/t/trigger-0000000001", 0), new Delete("/t/trigger-0000000000", 0));

        assertThat(written(b.commit(trigger))).containsExactly("/t/trigger-0000000002");

        a.commit(new Delete("/t/trigger-0000000002", 0), new Delete("/t", 0), create("/t"));
        assertThat(written(a.commit(trigger))).containsExactly("/t/trigger-0000000000");
    }

    private static List<String> written(Answer answer) {
        return ((Committed) answer).results().stream().map(Answer.Written::path).toList();
    }

    // Watches

    @Test
    void aWatchedTreeRingsOnceForEachChangeAndForNothingElse() {
        await(b.registry.watchTree(b.session(), "/t"));
        await(b.registry.watchTree(b.session(), "/t"));

        a.commit(create("/t/1"));
        a.commit(create("/t/1/2"), put("/t/1/2", "x", 0));
        a.read("/t/1/2");
        await(a.registry.children(a.session(), "/t"));
        a.commit(new Check("/t", 0));
        a.commit(create("/t/no"), new Check("/no", 0));
        a.commit(create("/tt"));
        a.commit(new Delete("/t/1/2", 1));
        a.commit(put("/t", "end", 0));

        b.hears("changed /t");
        assertThat(b.heard.subList(1, b.heard.size()))
                .containsExactly("changed /t/1", "changed /t/1/2", "changed /t/1/2", "changed /t/1/2", "changed /t");
    }

    @Test
    void aTreeCanBeWatchedBeforeItIsThere() {
        await(b.registry.watchTree(b.session(), "/later"));
        a.commit(create("/later"), create("/later/1"));
        b.hears("changed /later/1");
        assertThat(b.changes("/later")).isEqualTo(1);
    }

    @Test
    void aWatchedNodeRingsOnceAlsoWithinAWatchedTree() {
        await(b.registry.watchTree(b.session(), "/t"));
        a.commit(create("/t/1"), create("/t/2"));
        await(b.registry.sync(b.session()));
        assertThat(await(b.registry.readAndWatch(b.session(), "/t/1"))).isInstanceOf(Present.class);

        a.commit(put("/t/1", "x", 0));
        a.commit(put("/t/2", "end", 0));

        until(() -> b.changes("/t/2") == 2);
        assertThat(b.changes("/t/1")).isEqualTo(2); // created and changed
    }

    @Test
    void aNodeReadWithAWatchRingsForTheNextChangeOnly() {
        a.commit(create("/t/1"), create("/t/2"));
        await(b.registry.sync(b.session()));
        await(b.registry.readAndWatch(b.session(), "/t/1"));
        await(b.registry.readAndWatch(b.session(), "/t/2"));
        assertThat(await(b.registry.readAndWatch(b.session(), "/no"))).isInstanceOf(Absent.class);

        a.commit(put("/t/1", "x", 0), put("/t/1", "y", 1));
        a.commit(create("/no"));
        a.commit(new Delete("/t/2", 0));

        b.hears("changed /t/2");
        assertThat(b.changes("/t/1")).isEqualTo(1);
        assertThat(b.changes("/no")).isZero();
    }

    @Test
    void aRingIsHeardBeforeTheNewDataIsRead() {
        await(b.registry.watchTree(b.session(), "/t"));
        CompletionStage<Answer> change = a.registry.commit(a.session(), List.of(put("/t", "x", 0)));
        List<Boolean> rungWhenSeen = new CopyOnWriteArrayList<>();
        until(() -> {
            await(b.registry.read(b.session(), List.of("/t")).thenAccept(read -> {
                if (((Present) read.get(0)).stat().version() == 1) {
                    rungWhenSeen.add(b.heard.contains("changed /t"));
                }
            }));
            return !rungWhenSeen.isEmpty();
        });
        await(change);
        assertThat(rungWhenSeen).containsOnly(true);
    }

    // Connections and sessions

    @Test
    void aSessionGoesOnAfterAShortCutAndWhatChangedMeanwhileRingsNothing() {
        a.commit(ephemeral("/t/a"), create("/t/1"));
        await(a.registry.watchTree(a.session(), "/t"));
        Session session = a.session();
        int heardBefore = a.heard.size();

        cut(a.registry);
        a.hears("suspended");
        fails(a.registry.read(session, List.of("/t")));
        b.commit(put("/t/1", "missed", 0));
        heal(a.registry);
        until(() -> a.heard.size() >= heardBefore + 2);
        assertThat(a.text("/t/1")).isEqualTo("missed");
        b.commit(create("/t/2"));

        a.hears("changed /t/2");
        assertThat(a.heard.subList(heardBefore, a.heard.size()))
                .containsExactly("suspended", "connected " + session.id(), "changed /t/2");
        assertThat(a.readNow("/t/a")).isInstanceOf(Present.class);
    }

    @Test
    void operationsWhileTheConnectionIsAwayFailWithoutBeingSent() {
        cut(a.registry);
        a.hears("suspended");
        long before = requests(a.registry);

        fails(a.registry.commit(a.session(), List.of(create("/t/1"))));
        fails(a.registry.children(a.session(), "/t"));
        fails(a.registry.watchTree(a.session(), "/t"));
        fails(a.registry.readAndWatch(a.session(), "/t"));
        fails(a.registry.sync(a.session()));

        assertThat(requests(a.registry)).isEqualTo(before);
        heal(a.registry);
        until(() -> a.heard.size() == 3);
        assertThat(a.readNow("/t/1")).isInstanceOf(Absent.class);
    }

    @Test
    void aRequestThatIsTooLongForAServerCostsTheConnectionAndIsNotDone() {
        a.commit(create("/t/1"));
        assertThat(await(a.registry.commit(a.session(), List.of(new Put("/t/1", new byte[1_000_000], 0)))))
                .isInstanceOf(Committed.class);

        fails(a.registry.commit(a.session(), List.of(new Put("/t/1", new byte[1024 * 1024], 1))));

        a.hears("suspended");
        until(() -> a.heard.size() == 3);
        assertThat(((Present) a.readNow("/t/1")).stat().version()).isEqualTo(1);
    }

    @Test
    void theServerEndsASessionThatItHasNotHeardForTooLong() {
        a.commit(ephemeral("/t/a"));
        await(b.registry.watchTree(b.session(), "/t"));
        Session old = a.session();

        cut(a.registry);
        b.hears("changed /t/a");
        assertThat(b.readNow("/t/a")).isInstanceOf(Absent.class);
        heal(a.registry);

        until(() -> !a.session().equals(old));
        assertThat(a.heard)
                .containsExactly(
                        "connected " + old.id(),
                        "suspended",
                        "lost " + old.id(),
                        "connected " + a.session().id());
        long before = requests(a.registry);
        fails(a.registry.commit(old, List.of(create("/t/late"))));
        fails(a.registry.read(old, List.of("/t")));
        assertThat(requests(a.registry)).isEqualTo(before);
        assertThat(a.readNow("/t/late")).isInstanceOf(Absent.class);
    }

    @Test
    void aCommitWhoseAnswerIsLostFailsAndIsSettledBySyncAndRead() {
        long before = requests(a.registry);
        silenceAnswers(a.registry);
        CompletionStage<Answer> doubtful = a.registry.commit(a.session(), List.of(put("/t", "done", 0)));
        until(() -> b.text("/t").equals("done"));
        assertThat(doubtful.toCompletableFuture()).isNotDone();

        cut(a.registry);
        fails(doubtful);
        a.hears("suspended");
        heal(a.registry);
        until(() -> a.heard.size() == 3);

        assertThat(requests(a.registry) - before).isEqualTo(1);
        assertThat(a.text("/t")).isEqualTo("done");
        assertThat(((Present) a.read("/t")).stat().version()).isEqualTo(1);
    }

    @Test
    void aRenewedSessionTakesItsEphemeralNodesAlongAndHasASuccessor() {
        a.commit(ephemeral("/t/a"));
        await(a.registry.watchTree(a.session(), "/t"));
        Session old = a.session();

        a.registry.renew(old);
        a.registry.renew(old);

        until(() -> !a.session().equals(old));
        until(() -> b.readNow("/t/a") instanceof Absent);
        a.registry.renew(old);
        a.commit(ephemeral("/t/a"));
        b.commit(create("/t/1"));
        assertThat(b.readNow("/t/a")).isInstanceOf(Present.class);
        assertThat(a.heard)
                .filteredOn(event -> !event.startsWith("changed"))
                .containsExactly(
                        "connected " + old.id(),
                        "lost " + old.id(),
                        "connected " + a.session().id());
        assertThat(a.changes("/t/1")).as("watches end with their session").isZero();
    }

    @Test
    void aClosedRegistryEndsItsSessionAtOnceAndFallsSilent() {
        a.commit(ephemeral("/t/a"));
        await(a.registry.watchTree(a.session(), "/t"));
        await(b.registry.watchTree(b.session(), "/t"));
        int heardBefore = a.heard.size();
        silenceAnswers(a.registry);
        CompletionStage<Answer> open = a.registry.commit(a.session(), List.of(put("/t", "x", 0)));

        a.registry.close();

        fails(open);
        fails(a.registry.sync(a.session()));
        b.hears("changed /t/a");
        assertThat(b.readNow("/t/a")).isInstanceOf(Absent.class);
        assertThat(a.heard).hasSize(heardBefore);
    }

    @Test
    void theRegistryHasTheLastWordOnTheTimeout() {
        assertThat(a.session().timeout()).isEqualTo(TIMEOUT);
        Peer hasty = new Peer(client(Duration.ofMillis(500)));
        opened.add(hasty.registry);
        until(() -> !hasty.heard.isEmpty());
        assertThat(hasty.session().timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(hasty.session().id()).isNotEqualTo(a.session().id());
    }
}
