package io.elasticjob.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.Firing;
import io.elasticjob.Indexes;
import io.elasticjob.spi.ArrayResources;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Cluster} keeps to. Needs JUnit Jupiter and AssertJ. The cluster has a template of the name {@link #TEMPLATE}
 * that runs {@link #SCRIPT}, or does the same.
 *
 * @since 0.1.0
 */
public abstract class ClusterContract {

    /** Name of the template that each test names. */
    protected static final String TEMPLATE = "contract";

    /**
     * What a task does, as a script of the shell: it prints its shard and its parameter, and the job's parameter; then it ends as
     * the parameter says, or waits to be ended.
     */
    protected static final String SCRIPT = """
            #!/bin/sh
            printf '%s|%s|%s' "$EJ_SHARD" "$EJ_SHARD_PARAMETER" "$EJ_JOB_PARAMETER"
            case "$EJ_SHARD_PARAMETER" in
              fail*) exit 3 ;;
              wait*) sleep 600 ;;
            esac
            """;

    /** Parameters that are no harm where they are handed over as values. */
    protected static final List<String> ODD_VALUES = List.of(
            "",
            " ",
            "a,b=c",
            "it's \"quoted\" `id` $(id) ${HOME} $HOME %p %a",
            "two\nlines\r\nand a \\ at the end\\",
            "; touch /tmp/never",
            "--array=0-9",
            "日本語 ü 😀",
            "'",
            "\"");

    private final List<Cluster> clients = new ArrayList<>();
    private final String life = UUID.randomUUID().toString();
    private int runs;

    private static final class Told {

        private final List<RunStatus> statuses = new ArrayList<>();
        private final Map<CompletableFuture<RunStatus>, Predicate<RunStatus>> waiting = new LinkedHashMap<>();

        synchronized void tell(RunStatus status) {
            statuses.add(status);
            look(status);
        }

        RunStatus await(Predicate<RunStatus> condition, Duration atMost) throws InterruptedException {
            CompletableFuture<RunStatus> told = new CompletableFuture<>();
            synchronized (this) {
                waiting.put(told, condition);
                statuses.forEach(this::look);
            }
            try {
                return told.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException never) {
                throw new AssertionError("Not told within " + atMost + "; told was " + told(), never);
            }
        }

        private synchronized List<RunStatus> told() {
            return List.copyOf(statuses);
        }

        private void look(RunStatus status) {
            waiting.forEach((told, condition) -> {
                if (condition.test(status)) {
                    told.complete(status);
                }
            });
        }
    }

    /** A further client of the cluster; closed after the test. */
    protected abstract Cluster client();

    /** How long a change may take, and is waited for at most. */
    protected Duration patience() {
        return Duration.ofSeconds(60);
    }

    /** Namespace of the runs of this test; one that is a DNS label. */
    protected String namespace() {
        return "contract";
    }

    @AfterEach
    final void close() {
        for (Cluster client : clients) {
            client.close();
        }
    }

    private Cluster open() {
        Cluster client = client();
        clients.add(client);
        return client;
    }

    // ---- Names ----------------------------------------------------------------------------------------------------

    @Test
    void offersItsTemplatesUnderAName() {
        Cluster cluster = open();

        assertThat(cluster.name()).matches("[a-z][a-z0-9-]{0,39}");
        assertThat(cluster.templates()).contains(TEMPLATE);
    }

    @Test
    void refusesATemplateThatItDoesNotHave() {
        ArrayRun run = new ArrayRun(id(), "no-such", tasks("ok"), Map.of(), ArrayRules.NONE);

        assertThatThrownBy(() -> answer(open().prepare(run))).isInstanceOf(ClusterException.Refused.class);
    }

    // ---- Two phases -----------------------------------------------------------------------------------------------

    @Test
    void startsNothingBeforeTheRelease() {
        Cluster cluster = open();
        ArrayRun run = run("ok", "ok");

        Created created = answer(cluster.prepare(run));

        RunStatus status = found(cluster, run.id());
        assertThat(status.run()).isEqualTo(created);
        assertThat(status.phase()).isEqualTo(Phase.SUSPENDED);
        assertThat(status.running()).isZero();
        assertThat(status.succeeded()).isEqualTo(Indexes.NONE);
    }

    @Test
    void runsEachTaskOnceItIsReleased() throws InterruptedException {
        Cluster cluster = open();
        ArrayRun run = run("ok", "fail", "ok", "ok", "fail");

        Created created = released(cluster, run);
        RunStatus ended = ended(cluster, created);

        assertThat(ended.succeeded().text()).isEqualTo("0,2,3");
        assertThat(ended.failed().text()).isEqualTo("1,4");
        assertThat(ended.running()).isZero();
    }

    @Test
    void takesTheSameRunTwiceAsOne() throws InterruptedException {
        Cluster cluster = open();
        ArrayRun run = run("ok");

        Created first = answer(cluster.prepare(run));
        Created second = answer(open().prepare(run));
        answer(cluster.release(first));
        RunStatus ended = ended(cluster, first);
        Created third = answer(cluster.prepare(run));

        assertThat(second).isEqualTo(first);
        assertThat(third).isEqualTo(first);
        assertThat(found(cluster, run.id()).phase()).isEqualTo(Phase.ENDED);
        assertThat(ended.succeeded().text()).isEqualTo("0");
    }

    @Test
    void isReleasedTwiceWithoutHarm() throws InterruptedException {
        Cluster cluster = open();
        Created created = released(cluster, run("ok"));
        answer(cluster.release(created));
        ended(cluster, created);

        answer(open().release(created));

        assertThat(found(cluster, created.run()).succeeded().text()).isEqualTo("0");
    }

    @Test
    void releasesNothingThatIsGoneOrAnotherOne() {
        Cluster cluster = open();
        ArrayRun run = run("ok");
        Created created = answer(cluster.prepare(run));
        Created another = new Created(run.id(), identityOfAnother(created.identity()));

        assertThatThrownBy(() -> answer(cluster.release(another))).isInstanceOf(ClusterException.Gone.class);
        assertThat(found(cluster, run.id()).phase()).isEqualTo(Phase.SUSPENDED);

        RunId never = id();
        assertThatThrownBy(() -> answer(cluster.release(new Created(never, another.identity()))))
                .isInstanceOf(ClusterException.Gone.class);
        assertThat(answer(cluster.find(never))).isEmpty();
    }

    /** An identity of the same form that this cluster has not given. */
    protected abstract String identityOfAnother(String identity);

    // ---- What is there --------------------------------------------------------------------------------------------

    @Test
    void findsNothingWhereNothingIs() {
        assertThat(answer(open().find(id()))).isEmpty();
    }

    @Test
    void listsTheRunsOfANamespaceInFull() {
        Cluster cluster = open();
        Created one = answer(cluster.prepare(run("ok")));
        ArrayRun oddlyNamed = new ArrayRun(
                new RunId(namespace(), "Bericht für Köln, \"täglich\"", life, new Firing.Triggered(7), 3),
                TEMPLATE,
                tasks("ok"),
                Map.of(),
                ArrayRules.NONE);
        Created other = answer(open().prepare(oddlyNamed));
        ArrayRun elsewhere = new ArrayRun(
                new RunId(namespace() + "-2", "orders", life, new Firing.Triggered(8), 1),
                TEMPLATE,
                tasks("ok"),
                Map.of(),
                ArrayRules.NONE);
        Created foreign = answer(cluster.prepare(elsewhere));

        assertThat(answer(open().list(namespace())))
                .extracting(RunStatus::run)
                .contains(one, other)
                .doesNotContain(foreign);
    }

    @Test
    void tellsAWatcherThatComesLaterAllThatIsThere() throws InterruptedException {
        Cluster cluster = open();
        Created suspended = answer(cluster.prepare(run("ok")));
        Created done = released(cluster, run("fail"));
        ended(cluster, done);

        Told told = watch(open());

        told.await(status -> status.run().equals(suspended) && status.phase() == Phase.SUSPENDED, patience());
        told.await(status -> status.run().equals(done) && status.phase() == Phase.ENDED, patience());
    }

    // ---- Cancelling -----------------------------------------------------------------------------------------------

    @Test
    void endsWhatIsCancelledAndKeepsWhatSucceeded() throws InterruptedException {
        Cluster cluster = open();
        Created created = released(cluster, run("ok", "wait", "wait"));
        Told told = watch(cluster);
        told.await(is(created).and(it -> it.succeeded().size() == 1 && it.running() == 2), patience());

        answer(cluster.cancel(created));

        RunStatus ended = told.await(is(created).and(it -> isOver(it.phase())), patience());
        assertThat(ended.succeeded().text()).isEqualTo("0");
        assertThat(ended.running()).isZero();
        answer(cluster.cancel(created)); // again is harmless
    }

    @Test
    void neverStartsWhatWasCancelledBeforeItsRelease() throws InterruptedException {
        Cluster cluster = open();
        Created created = answer(cluster.prepare(run("ok")));
        Told told = watch(cluster);

        answer(cluster.cancel(created));
        try {
            answer(cluster.release(created));
        } catch (ClusterException.Gone gone) {
            assertThat(gone).isNotNull(); // as good
        }

        RunStatus over = told.await(is(created).and(it -> isOver(it.phase())), patience());
        assertThat(over.succeeded()).isEqualTo(Indexes.NONE);
    }

    @Test
    void cancelsNothingOfAnotherIdentity() {
        Cluster cluster = open();
        Created created = answer(cluster.prepare(run("ok")));

        answer(cluster.cancel(new Created(created.run(), identityOfAnother(created.identity()))));

        assertThat(found(cluster, created.run()).phase()).isEqualTo(Phase.SUSPENDED);
    }

    @Test
    void cancelsOneTaskWhereItCan() throws InterruptedException {
        Cluster cluster = open();
        Created created = released(cluster, run("wait", "wait"));
        Told told = watch(cluster);
        told.await(is(created).and(it -> it.running() == 2), patience());
        if (!cluster.abilities().contains(Cluster.Ability.CANCEL_TASKS)) {
            assertThatThrownBy(() -> answer(cluster.cancel(created, Indexes.of(1))))
                    .isInstanceOf(ClusterException.Refused.class);
            answer(cluster.cancel(created));
            return;
        }

        answer(cluster.cancel(created, Indexes.of(1)));

        RunStatus status = told.await(is(created).and(it -> !it.failed().isEmpty()), patience());
        assertThat(status.failed().text()).isEqualTo("1");
        assertThat(status.phase()).isEqualTo(Phase.RELEASED);
        answer(cluster.cancel(created));
        told.await(is(created).and(it -> isOver(it.phase())), patience());
    }

    // ---- Rules ----------------------------------------------------------------------------------------------------

    @Test
    void runsNoMoreAtOnceThanItMay() throws InterruptedException {
        Cluster cluster = open();
        ArrayRun run = new ArrayRun(
                id(),
                TEMPLATE,
                tasks("wait", "wait", "wait"),
                Map.of(),
                new ArrayRules(1, null, 0, ArrayResources.OF_TEMPLATE));
        Created created = released(cluster, run);

        Told told = watch(cluster);

        RunStatus status = told.await(is(created).and(it -> it.running() > 0), patience());

        assertThat(status.running()).isEqualTo(1);
        answer(cluster.cancel(created));
        told.await(is(created).and(it -> isOver(it.phase())), patience());
    }

    // ---- What tasks print, and what they are told -----------------------------------------------------------------

    @Test
    void handsOverOddValuesAsTheyAre() throws InterruptedException {
        Cluster cluster = open();
        String odd = "of all: \"a\",\n'b' $(id) \\";
        ArrayRun run = new ArrayRun(
                id(),
                TEMPLATE,
                tasks(ODD_VALUES.toArray(String[]::new)),
                Map.of("EJ_JOB_PARAMETER", odd),
                ArrayRules.NONE);

        Created created = released(cluster, run);
        RunStatus ended = ended(cluster, created);

        assertThat(ended.failed()).isEqualTo(Indexes.NONE);
        for (int index = 0; index < ODD_VALUES.size(); index++) {
            assertThat(answer(cluster.log(created, index, 4_096)))
                    .isEqualTo(index + "|" + ODD_VALUES.get(index) + "|" + odd);
        }
    }

    @Test
    void tellsShardsByTheirNumbersWhereSomeAreLeftOut() throws InterruptedException {
        Cluster cluster = open();
        ArrayRun run = new ArrayRun(
                id(),
                TEMPLATE,
                List.of(new ArrayTask(3, "ok"), new ArrayTask(4_711, "fail")),
                Map.of("EJ_JOB_PARAMETER", ""),
                ArrayRules.NONE);

        Created created = released(cluster, run);
        RunStatus ended = ended(cluster, created);

        assertThat(ended.succeeded().text()).isEqualTo("0");
        assertThat(ended.failed().text()).isEqualTo("1");
        assertThat(answer(cluster.log(created, 1, 4_096))).isEqualTo("4711|fail|");
    }

    @Test
    void givesTheEndOfALog() throws InterruptedException {
        Cluster cluster = open();
        ArrayRun run =
                new ArrayRun(id(), TEMPLATE, tasks("ok"), Map.of("EJ_JOB_PARAMETER", "the end 日"), ArrayRules.NONE);
        Created created = released(cluster, run);
        ended(cluster, created);

        assertThat(answer(open().log(created, 0, 7))).isEqualTo("end 日");
        assertThat(answer(open().log(created, 0, 6))).isEqualTo("nd 日");
        assertThat(answer(open().log(created, 0, 2))).isEmpty();
    }

    // ---- Forgetting -----------------------------------------------------------------------------------------------

    @Test
    void keepsWhatNobodyForgets() throws InterruptedException {
        Cluster cluster = open();
        Created created = released(cluster, run("ok"));
        ended(cluster, created);

        answer(cluster.forget(new Created(created.run(), identityOfAnother(created.identity())), Duration.ZERO));

        assertThat(found(cluster, created.run()).run()).isEqualTo(created);
    }

    @Test
    void deletesWhatIsForgotten() throws InterruptedException {
        Cluster cluster = open();
        Created created = released(cluster, run("ok"));
        ended(cluster, created);
        Told told = watch(cluster);

        answer(cluster.forget(created, Duration.ZERO));

        told.await(is(created).and(it -> it.phase() == Phase.GONE), patience());
        assertThat(answer(cluster.find(created.run()))).isEmpty();
        answer(cluster.forget(created, Duration.ZERO)); // again is harmless
    }

    @Test
    void keepsNothingLongerBecauseItIsForgottenAgain() throws InterruptedException {
        Cluster cluster = open();
        Created created = released(cluster, run("ok"));
        ended(cluster, created);
        Told told = watch(cluster);

        answer(cluster.forget(created, Duration.ZERO));
        answer(cluster.forget(created, Duration.ofDays(1)));

        told.await(is(created).and(it -> it.phase() == Phase.GONE), patience());
    }

    // ---- What the tests say ---------------------------------------------------------------------------------------

    /** The identity of a run that no other test has. */
    protected final RunId id() {
        return new RunId(namespace(), "contract", life, new Firing.Triggered(runs++), 1);
    }

    /** A run with a task for each parameter. */
    protected final ArrayRun run(String... parameters) {
        return new ArrayRun(id(), TEMPLATE, tasks(parameters), Map.of("EJ_JOB_PARAMETER", ""), ArrayRules.NONE);
    }

    private static List<ArrayTask> tasks(String... parameters) {
        return IntStream.range(0, parameters.length)
                .mapToObj(shard -> new ArrayTask(shard, parameters[shard]))
                .toList();
    }

    /** Prepares it, and lets it start. */
    protected final Created released(Cluster cluster, ArrayRun run) {
        Created created = answer(cluster.prepare(run));
        answer(cluster.release(created));
        return created;
    }

    private static RunStatus found(Cluster cluster, RunId run) {
        return answer(cluster.find(run)).orElseThrow(() -> new AssertionError(run + " is not there"));
    }

    private Told watch(Cluster cluster) {
        Told told = new Told();
        cluster.watch(namespace(), told::tell);
        return told;
    }

    /** How it has ended, once it has; told by a watch of a client of its own. */
    protected final RunStatus ended(Cluster cluster, Created created) throws InterruptedException {
        watch(open()).await(is(created).and(status -> status.phase() == Phase.ENDED), patience());
        return found(cluster, created.run());
    }

    private static Predicate<RunStatus> is(Created created) {
        return status -> status.run().equals(created);
    }

    private static boolean isOver(Phase phase) {
        return phase == Phase.ENDED || phase == Phase.GONE;
    }

    /** What a stage has completed with; its failure, as it is. */
    protected static <T> T answer(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }
}
