package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.Progress;
import io.elasticjob.gateway.wire.Attach;
import io.elasticjob.gateway.wire.Attached;
import io.elasticjob.gateway.wire.Exchange;
import io.elasticjob.gateway.wire.Exchanged;
import io.elasticjob.gateway.wire.Note;
import io.elasticjob.gateway.wire.ProblemException;
import io.elasticjob.gateway.wire.Result;
import io.elasticjob.gateway.wire.WireId;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.test.VirtualTime;
import io.elasticjob.text.VisibleText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What workers are given, what is believed of what they say, and for how long. */
class DeskTest {

    private static final Caller CALLER = new Caller("images", Grants.ALL);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration LEASE = Lease.whole(ManualCrewEngine.SESSION);

    private final VirtualTime time = new VirtualTime();
    private final List<ManualCrewEngine> engines = new ArrayList<>();
    private final List<CrewEngine> closed = new ArrayList<>();
    private final List<WorkerEvent> told = new ArrayList<>();
    private int nonces;
    /** How many engines cannot be made from now on. */
    private int failures;

    private final ExecutionLogs logs = new ExecutionLogs();

    private final Desk desk = new Desk(
            time,
            new Outside(
                    (crew, runner) -> {
                        if (failures > 0) {
                            failures--;
                            return CompletableFuture.failedFuture(new IllegalStateException("no namespace"));
                        }
                        engines.add(new ManualCrewEngine(time, crew, runner));
                        return CompletableFuture.completedFuture(engines.get(engines.size() - 1));
                    },
                    closed::add,
                    () -> "n" + nonces++,
                    () -> List.of("https://other"),
                    new WorkerLogs(logs, 1_000),
                    told::add),
            new GatewayLimits(4, 2, 1_000),
            ManualCrewEngine.SESSION);

    // ---- Giving ---------------------------------------------------------------------------------------------------

    @Test
    void aWorkerThatWaitsIsGivenWhatTheEngineStartsAndItsEndIsAcknowledgedOnceRecorded() {
        Client worker = attach("a", 2);
        engine().isRecording = false;
        CompletableFuture<Exchanged> parked = worker.exchange(2);
        time.pass(Duration.ofSeconds(3));
        assertThat(parked).isNotDone();

        ShardRunner.Order order = engine().start("resize");
        Exchanged given = answer(parked);
        assertThat(given.executions()).extracting(Exchanged.Task::order).containsExactly(order);
        assertThat(given.lasting().heldMs()).isEqualTo(3_000);
        assertThat(given.lasting().leaseMs()).isEqualTo(LEASE.toMillis());

        String id = given.executions().get(0).id();
        CompletableFuture<Exchanged> told = worker.exchange(1, Set.of(), succeeded(id));
        assertThat(engine().ends).containsValue(new Outcome.Succeeded());
        assertThat(told).isNotDone();
        engine().recordAll();
        assertThat(answer(told).told().acks()).containsExactly(id);
    }

    @Test
    void endsThatAreToldTogetherAreAcknowledgedByOneAnswerOnceTheyAreRecorded() {
        Client worker = attach("a", 3);
        List<String> ids = begun(worker, 3);
        engine().isRecording = false;
        CompletableFuture<Exchanged> told =
                worker.exchange(3, Set.of(), succeeded(ids.get(0)), succeeded(ids.get(1)), failed(ids.get(2)));
        time.pass(Duration.ZERO);
        engine().record(2);
        time.pass(Duration.ofMillis(50));
        assertThat(told).isNotDone();
        engine().recordAll();
        assertThat(answer(told).told().acks()).containsExactlyElementsOf(ids);
    }

    @Test
    void anEndThatIsNotRecordedHoldsUpTheOthersForAMomentOnly() {
        Client worker = attach("a", 3);
        List<String> ids = begun(worker, 2);
        engine().isRecording = false;
        CompletableFuture<Exchanged> told = worker.exchange(3, Set.of(), succeeded(ids.get(0)), succeeded(ids.get(1)));
        time.pass(Duration.ZERO);
        engine().record(1);
        time.pass(Duration.ofMillis(200));
        assertThat(answer(told).told().acks()).containsExactly(ids.get(0));
    }

    @Test
    void whatIsRecordedBetweenTwoExchangesIsNotLookedUpAgain() {
        Client worker = attach("a", 2);
        List<String> ids = begun(worker, 1);
        engine().isRecording = false;
        CompletableFuture<Exchanged> told = worker.exchange(1, Set.of(), succeeded(ids.get(0)));
        engine().start("resize");
        assertThat(answer(told).executions()).hasSize(1);
        engine().recordAll();
        time.pass(Duration.ofMillis(1));

        assertThat(answer(worker.exchangeNow(Set.of(), succeeded(ids.get(0))))
                        .told()
                        .acks())
                .containsExactly(ids.get(0));
        assertThat(engine().adoptions).isEmpty();
    }

    @Test
    void whoWaitsForAnEndToBeRecordedIsSentElsewhereInTimeWhenTheGatewayIsCutOff() {
        Client worker = attach("a", 2);
        List<String> ids = begun(worker, 1);
        engine().isRecording = false;
        answer(worker.exchangeNow(Set.of(ids.get(0))));
        engine().isConnected = false;
        CompletableFuture<Exchanged> told = worker.exchange(2, Set.of(), succeeded(ids.get(0)));
        time.pass(Lease.beat(ManualCrewEngine.SESSION));

        assertThatThrownBy(() -> answerNow(told))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(503));
    }

    @Test
    void whatGivesTheNextExecutionTellsOfTheEndThatIsRecordedByThen() {
        Client worker = attach("a", 1);
        engine().start("resize");
        engine().start("resize");
        String id = answer(worker.exchange(1)).executions().get(0).id();
        Exchanged next = answer(worker.exchange(1, Set.of(), succeeded(id)));

        assertThat(next.executions()).hasSize(1);
        assertThat(next.told().acks()).containsExactly(id);
    }

    /** So many that it was given, and does not say to run. */
    private List<String> begun(Client worker, int count) {
        for (int i = 0; i < count; i++) {
            engine().start("resize");
        }
        return answer(worker.exchange(count)).executions().stream()
                .map(Exchanged.Task::id)
                .toList();
    }

    @Test
    void whatHadNothingToDoIsSkippedForTheReasonThatItsWorkerGives() {
        Client worker = attach("a", 1);
        engine().start("resize");
        String id = answer(worker.exchange(1)).executions().get(0).id();

        worker.exchange(1, Set.of(), new Result(id, Result.Ending.SKIPPED, "no\nrows", "", ""));

        assertThat(engine().ends.values()).containsExactly(new Outcome.Skipped(VisibleText.of("no\nrows", 500)));
    }

    @Test
    void nobodyIsGivenMoreThanItHasRoomForAndAllGetTheirShare() {
        Client a = attach("a", 10);
        Client b = attach("b", 10);
        assertThat(engine().slots()).isEqualTo(20);
        CompletableFuture<Exchanged> one = a.exchange(10);
        CompletableFuture<Exchanged> other = b.exchange(2);
        for (int i = 0; i < 6; i++) {
            engine().start("resize");
        }
        assertThat(answer(one).executions()).hasSize(4);
        assertThat(answer(other).executions()).hasSize(2);
    }

    @Test
    void whatNobodyHasRoomForWaitsForTheNextWhoAsks() {
        Client worker = attach("a", 1);
        engine().start("resize");
        engine().start("resize");
        Exchanged first = answer(worker.exchange(1));
        assertThat(first.executions()).hasSize(1);
        String id = first.executions().get(0).id();
        Exchanged second = answer(worker.exchange(5, Set.of(id))); // it says that it has room, and has no slot
        assertThat(second.executions()).isEmpty();
        assertThat(answer(worker.exchange(1, Set.of(), succeeded(id))).executions())
                .hasSize(1);
    }

    // ---- What is believed -----------------------------------------------------------------------------------------

    @Test
    void onlyTheNewestExchangeCountsAndAnOlderOneThatWaitsIsAnsweredAtOnce() {
        Client worker = attach("a", 2);
        CompletableFuture<Exchanged> older = worker.exchange(2);
        CompletableFuture<Exchanged> newer = worker.exchange(2);
        assertThat(answer(older).executions()).isEmpty();
        engine().start("resize");
        String id = answer(newer).executions().get(0).id();

        CompletableFuture<Exchanged> late = worker.exchangeAs(0, 2, Set.of(), succeeded(id));
        assertThat(answer(late).told().acks()).isEmpty();
        assertThat(engine().ends).isEmpty();
    }

    @Test
    void whatAnAnswerGaveThatDidNotArriveIsGivenAgainToTheSameWorker() {
        Client worker = attach("a", 2);
        Client other = attach("b", 2);
        CompletableFuture<Exchanged> lost = worker.exchange(2);
        engine().start("resize");
        Exchanged given = answer(lost);
        CompletableFuture<Exchanged> idle = other.exchange(2);
        Exchanged again = answer(worker.exchange(2));
        assertThat(again.executions()).isEqualTo(given.executions()).hasSize(1);
        assertThat(idle).isNotDone();
        assertThat(engine().ends).isEmpty();
    }

    @Test
    void whatItDidNotHearOfAndTakesNoMoreIsPutBack() {
        Client worker = attach("a", 2);
        CompletableFuture<Exchanged> lost = worker.exchange(2);
        engine().start("resize");
        assertThat(answer(lost).executions()).hasSize(1);
        answer(worker.exchangeNow(Set.of()));
        assertThat(engine().ends.values()).containsExactly(new Outcome.NotBegun());
    }

    @Test
    void whatAWorkerHasShownAndNoLongerKnowsIsLost() {
        Client worker = attach("a", 2);
        engine().start("resize");
        String id = answer(worker.exchange(2)).executions().get(0).id();
        answer(worker.exchangeNow(Set.of(id)));
        worker.exchange(2);
        time.pass(Duration.ZERO);
        assertThat(engine().ends.values()).containsExactly(new Outcome.Lost());
    }

    @Test
    void whatItNeverHadAndWhatItTellsTwiceIsAcknowledgedAndHarmless() {
        Client worker = attach("a", 2);
        engine().start("resize");
        String id = answer(worker.exchange(2)).executions().get(0).id();
        assertThat(answer(worker.exchange(2, Set.of(), succeeded("nonsense"), succeeded(id)))
                        .told()
                        .acks())
                .contains("nonsense");
        time.pass(Duration.ofMillis(1));
        assertThat(answer(worker.exchange(2, Set.of(), failed(id))).told().acks())
                .contains(id);
        assertThat(answer(worker.exchange(2, Set.of(), failed(id))).told().acks())
                .containsExactly(id);
        assertThat(engine().ends.values()).containsExactly(new Outcome.Succeeded());
    }

    @Test
    void aCheckpointIsRecordedOnceAndOneOfWhatHasEndedIsRefused() {
        Client worker = attach("a", 2);
        engine().start("resize");
        String id = answer(worker.exchange(2)).executions().get(0).id();
        Note note = new Note(id, 1, "page=12", null, null, "");
        assertThat(answer(worker.notes(Set.of(id), note)).told().notes())
                .containsExactly(new Exchanged.NoteAnswer(id, 1, ""));
        worker.notes(Set.of(id), note);
        time.pass(Duration.ZERO);
        assertThat(engine().checkpoints).containsExactly("page=12");
        answer(worker.exchange(2, Set.of(), succeeded(id)));
        assertThat(answer(worker.notes(Set.of(), new Note(id, 2, "page=13", null, null, "")))
                        .told()
                        .notes())
                .singleElement()
                .satisfies(refused -> assertThat(refused.refused()).isNotEmpty());
    }

    // ---- Leases ---------------------------------------------------------------------------------------------------

    @Test
    void whatASilentWorkerHoldsIsLostWhenItsLeaseIsOverAndNotBefore() {
        Client worker = attach("a", 2);
        engine().start("resize");
        Exchanged given = answer(worker.exchange(2));
        time.pass(Duration.ofMillis(given.lasting().leaseMs() - 1));
        assertThat(engine().ends).isEmpty();
        time.pass(Duration.ofMillis(2));
        assertThat(engine().ends.values()).containsExactly(new Outcome.Lost());
        assertThatThrownBy(() -> answerNow(worker.exchange(2))).hasMessageContaining("attach again");
    }

    @Test
    void aWorkerThatHoldsSomethingIsAnsweredAtEachBeatAndKeepsIt() {
        Client worker = attach("a", 2);
        engine().start("resize");
        String id = answer(worker.exchange(2)).executions().get(0).id();
        for (int beat = 0; beat < 20; beat++) {
            CompletableFuture<Exchanged> parked = worker.exchange(1, Set.of(id));
            time.pass(Lease.beat(ManualCrewEngine.SESSION));
            assertThat(answer(parked).lasting().leaseMs())
                    .isGreaterThanOrEqualTo(Lease.beat(ManualCrewEngine.SESSION).toMillis());
        }
        assertThat(engine().ends).isEmpty();
    }

    @Test
    void withoutAProofNoLeaseIsGivenAndTheWorkerIsSentElsewhere() {
        Client worker = attach("a", 2);
        engine().start("resize");
        String id = answer(worker.exchange(2)).executions().get(0).id();
        engine().isProving = false;
        time.pass(LEASE.dividedBy(2));
        CompletableFuture<Exchanged> parked = worker.exchange(1, Set.of(id));
        time.pass(LEASE.dividedBy(3));
        CompletableFuture<Exchanged> next = worker.exchange(1, Set.of(id));
        time.pass(Duration.ofSeconds(3));
        assertThatThrownBy(() -> answerNow(parked.isCompletedExceptionally() ? parked : next))
                .isInstanceOfSatisfying(ProblemException.class, problem -> {
                    assertThat(problem.status()).isEqualTo(503);
                    assertThat(new String(problem.toJson(), StandardCharsets.UTF_8))
                            .contains("https://other", "leaseMs");
                });
    }

    @Test
    void anIdleWorkerOfACrewThatIsCutOffIsSentElsewhere() {
        Client worker = attach("a", 2);
        answer(worker.exchangeNow(Set.of()));
        engine().isConnected = false;
        assertThatThrownBy(() -> answerNow(worker.exchangeNow(Set.of())))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(503));
    }

    // ---- Cancelling -----------------------------------------------------------------------------------------------

    @Test
    void whatIsCancelledIsToldAtOnceAndItsFailureIsThatOfACancelledExecution() {
        Client worker = attach("a", 2);
        ShardRunner.Order order = engine().start("resize");
        String id = answer(worker.exchange(2)).executions().get(0).id();
        CompletableFuture<Exchanged> parked = worker.exchange(1, Set.of(id));
        time.pass(Duration.ofMillis(10));
        engine().cancel(order);
        assertThat(answer(parked).cancel()).extracting(Exchanged.Cancel::id).containsExactly(id);
        answer(worker.exchange(2, Set.of(), failed(id)));
        assertThat(engine().ends.values()).containsExactly(new Outcome.Abandoned());
    }

    @Test
    void whatNobodyWasGivenIsCancelledHere() {
        attach("a", 2);
        ShardRunner.Order order = engine().start("resize");
        engine().cancel(order);
        assertThat(engine().ends.values()).containsExactly(new Outcome.NotBegun());
    }

    // ---- Attaching ------------------------------------------------------------------------------------------------

    @Test
    void theSameProcessIsTheSameAttachmentAndAnotherOneOfThatNameIsRefusedWhileItLives() {
        Client worker = attach("a", 2);
        assertThat(attach("a", 2).id).isEqualTo(worker.id);
        Attach other = request("a", "crew", Set.of("resize"), 2, "another process");
        assertThatThrownBy(() -> attached(CALLER, other))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(409));
        time.pass(LEASE.plusMillis(1));
        assertThat(attached(CALLER, other).worker()).isNotEqualTo(worker.id);
    }

    @Test
    void workersOfOneKindAreOneCrewAndOthersAreAnother() {
        attach("a", 2);
        attach("b", 3);
        assertThat(engines).hasSize(1);
        attached(CALLER, request("c", "crew", Set.of("resize", "crop"), 1, "c"));
        assertThat(engines).hasSize(2);
        assertThat(engines.get(1).slots()).isEqualTo(1);
        assertThatThrownBy(() -> attached(CALLER, request("d", "d", Set.of("resize"), 1, "d")))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(429));
    }

    @Test
    void aCrewGoesWithItsLastWorkerAndWhatItWasToDoIsGivenBack() {
        Client worker = attach("a", 2);
        engine().start("resize");
        desk.detach(CALLER, worker.id);
        assertThat(closed).containsExactly(engine());
        assertThat(engine().isDraining).isTrue();
        assertThat(engine().ends.values()).containsExactly(new Outcome.NotBegun());
    }

    @Test
    void whoseCrewCannotBeMadeIsToldSoAndItIsTriedAgainForTheNextWhoAsks() {
        failures = 1;
        Attach request = request("a", "crew", Set.of("resize"), 2, "p");

        assertThatThrownBy(() -> attached(CALLER, request))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(503))
                .hasMessageContaining("could not take part in the namespace");
        assertThat(attached(CALLER, request).worker()).isEqualTo("a.n0");
    }

    @Test
    void whoHoldsSomethingCannotLeaveAndNobodyLeavesForAnother() {
        Client worker = attach("a", 2);
        engine().start("resize");
        answer(worker.exchange(2));
        assertThatThrownBy(() -> desk.detach(CALLER, worker.id)).hasMessageContaining("holds 1 execution");
        assertThatThrownBy(() -> desk.detach(new Caller("somebody else", Grants.ALL), worker.id))
                .hasMessageContaining("attach");
    }

    @Test
    void handlersAndCrewsThatAreNotGrantedAreRefused() {
        Caller few = new Caller("few", new Grants(Set.of("resize"), Set.of("crew")));
        assertThatThrownBy(() -> attached(few, request("a", "crew", Set.of("resize", "pay"), 1, "p")))
                .hasMessageContaining("\"pay\"");
        assertThatThrownBy(() -> attached(few, request("a", "others", Set.of("resize"), 1, "p")))
                .hasMessageContaining("\"others\"");
        assertThat(engines).isEmpty();
    }

    @Test
    void aGatewayThatStopsSendsAllElsewhereAndTakesNobody() {
        Client worker = attach("a", 2);
        CompletableFuture<Exchanged> parked = worker.exchange(2);
        time.pass(Duration.ofMillis(1));
        desk.stop();
        Exchanged last = answer(parked);
        assertThat(last.course().drain()).isTrue();
        assertThat(last.course().moveTo()).containsExactly("https://other");
        assertThatThrownBy(() -> attach("b", 1))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(503));
        time.pass(LEASE.multipliedBy(2));
        assertThat(desk.isEmpty()).isTrue();
    }

    // ---- What is said of executions ---------------------------------------------------------------------------------

    @Test
    void outputAndProgressAreShownAndTheLastPieceComesWithTheEnd() {
        Client worker = attach("a", 2);
        ShardRunner.Order order = engine().start("resize");
        String id = answer(worker.exchange(1)).executions().get(0).id();
        Note first = new Note(id, 1, null, 40, "page 12", "one\n");
        answer(worker.notes(Set.of(id), first));
        Exchanged again = answer(worker.notes(Set.of(id), first)); // its answer was lost
        assertThat(again.told().notes()).containsExactly(new Exchanged.NoteAnswer(id, 1, ""));
        answer(worker.notes(Set.of(id), new Note(id, 2, null, null, "page 13", "")));
        assertThat(logs.log(identity(order)).orElseThrow().text()).isEqualTo("one\n");
        assertThat(logs.progress(identity(order))).isEqualTo(new Progress(40, "page 13"));

        Result end = new Result(id, Result.Ending.SUCCEEDED, null, "", "three\n");
        answer(worker.send(
                new Exchange(9, 0, Set.of(), LONG, List.of(end), List.of(new Note(id, 3, null, null, null, "two\n")))));
        assertThat(logs.log(identity(order)).orElseThrow().text())
                .isEqualTo("one\ntwo\nthree\nLast progress: 40 %: page 13\n");
        assertThat(logs.isRunning(identity(order))).isFalse();
    }

    @Test
    void whatTheGatewayCannotKeepIsLeftOutAndTheLogSaysSo() {
        Client worker = attach("a", 2);
        ShardRunner.Order one = engine().start("resize");
        ShardRunner.Order other = engine().start("resize");
        List<Exchanged.Task> given = answer(worker.exchange(2)).executions();
        Set<String> ids = Set.of(given.get(0).id(), given.get(1).id());
        answer(worker.notes(ids, new Note(given.get(0).id(), 1, null, null, null, "x".repeat(900) + "\n")));
        answer(worker.notes(ids, new Note(given.get(1).id(), 1, null, null, null, "y".repeat(200) + "\n")));
        assertThat(logs.log(identity(one)).orElseThrow().text()).contains("xxx");
        assertThat(logs.log(identity(other)).orElseThrow().text())
                .doesNotContain("yyy")
                .contains("elasticjob.gateway.limits.logs");

        answer(worker.exchange(
                0, Set.of(given.get(1).id()), succeeded(given.get(0).id())));
        answer(worker.notes(
                Set.of(given.get(1).id()), new Note(given.get(1).id(), 2, null, null, null, "z".repeat(200) + "\n")));
        assertThat(logs.log(identity(other)).orElseThrow().text()).contains("zzz");
    }

    @Test
    void nobodyAddsToTheLogOfWhatIsNotTheirs() {
        Client owner = attach("a", 1);
        ShardRunner.Order order = engine().start("resize");
        String id = answer(owner.exchange(1)).executions().get(0).id();
        Client liar = attach("b", 1);
        Exchanged answer = answer(liar.notes(Set.of(id), new Note(id, 1, "mine", 99, "mine", "mine")));
        assertThat(answer.told().notes())
                .extracting(Exchanged.NoteAnswer::refused)
                .doesNotContain("");
        assertThat(logs.log(identity(order))).isEmpty();
        assertThat(engine().checkpoints).isEmpty();
    }

    // ---- Taking along ---------------------------------------------------------------------------------------------

    @Test
    void whatAWorkerBringsAlongIsAdoptedAndGoesOnAsIfItHadBeenGivenHere() {
        Bringer bringer = new Bringer("a", held(7, null));
        assertThat(bringer.answer).as("before it is known what becomes of it").isNotDone();
        bringer.engine().resumes(held(7, null));
        Attached attached = bringer.attached();
        assertThat(attached.held()).isEqualTo(new Attached.HoldsAnswer(List.of(id(7)), List.of(), List.of()));
        assertThat(attached.leaseMs()).isEqualTo(LEASE.toMillis());

        Client worker = new Client(attached.worker());
        assertThat(worker.exchange(1, Set.of(id(7)))).as("it keeps it").isNotDone();
        Exchanged told = answer(worker.exchange(1, Set.of(), succeeded(id(7))));
        assertThat(told.told().acks()).containsExactly(id(7));
        assertThat(bringer.engine().ends.values()).containsExactly(new Outcome.Succeeded());
    }

    @Test
    void whatIsLostOrRecordedIsToldAndNothingIsHeldOfIt() {
        Bringer bringer = new Bringer("a", held(1, null), held(2, succeeded(id(2))), held(3, null));
        bringer.engine().answers(held(1, null), ShardRunner.Adopted.LOST);
        bringer.engine().answers(held(3, null), ShardRunner.Adopted.RECORDED);
        Attached attached = bringer.attached();
        assertThat(attached.held().adopted()).isEmpty();
        assertThat(attached.held().recorded()).containsExactly(id(3));
        assertThat(attached.held().lost()).containsExactlyInAnyOrder(id(1), id(2));
        Exchanged told = answer(new Client(attached.worker()).exchangeNow(Set.of(id(1))));
        assertThat(told.cancel()).extracting(Exchanged.Cancel::id).containsExactly(id(1));
    }

    @Test
    void whileItCannotBeToldWhatBecomesOfItTheWorkerIsSentElsewhereAndKeepsIt() {
        Bringer bringer = new Bringer("a", held(1, null));
        bringer.engine().fails(held(1, null));
        assertThatThrownBy(bringer::attached)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.code()).isEqualTo("cut-off"));
    }

    @Test
    void theSameProcessMayAskAgainWhileItIsBeingFoundOut() {
        Bringer first = new Bringer("a", held(1, null));
        Bringer second = new Bringer("a", held(1, null));
        time.pass(Duration.ZERO);
        assertThat(second.answer).isNotDone();
        first.engine().resumes(held(1, null));
        assertThat(first.attached().held().adopted()).containsExactly(id(1));
        first.engine().answers(held(1, null), ShardRunner.Adopted.GOES_ON);
        assertThat(second.attached().worker()).isEqualTo(first.attached().worker());
    }

    @Test
    void whatAnotherWorkerOfTheCrewHoldsHereIsNotAdoptedFromIt() {
        Client owner = attach("a", 1);
        engine().start("resize");
        String id = answer(owner.exchange(1)).executions().get(0).id();
        Attached liar = attached(
                CALLER,
                new Attach(
                        "b",
                        "crew",
                        Set.of("resize"),
                        Map.of(),
                        1,
                        "b's process",
                        List.of(new Attach.Held(id, 5, null))));
        assertThat(liar.held().lost()).containsExactly(id);
        assertThat(engine().adoptions).isEmpty();
        assertThat(owner.exchange(0, Set.of(id))).as("nothing to be told").isNotDone();
    }

    @Test
    void whatIsOfNobodysMakingOrNotMonitoredIsLost() {
        String unmonitored = new WireId(
                        new ExecutionId("resize", "life", new Firing.Scheduled(Instant.EPOCH), 1, 1),
                        OptionalLong.empty())
                .text();
        Bringer bringer = new Bringer(
                "a", new Attach.Held("nonsense", 0, null), new Attach.Held(unmonitored, Long.MAX_VALUE, null));
        assertThat(bringer.attached().held().lost()).containsExactlyInAnyOrder("nonsense", unmonitored);
        assertThat(bringer.engine().adoptions).isEmpty();
    }

    @Test
    void whatComesAfterItsWorkerHasGoneIsLost() {
        Bringer bringer = new Bringer("a", held(1, null));
        desk.end();
        bringer.engine().resumes(held(1, null));
        assertThat(bringer.engine().ends.values()).containsExactly(new Outcome.Lost());
    }

    private static String id(int shard) {
        return wireId(shard).text();
    }

    private static WireId wireId(int shard) {
        return new WireId(
                new ExecutionId("resize", "life", new Firing.Scheduled(Instant.EPOCH), shard, 1),
                OptionalLong.of(1_000L + shard));
    }

    private static Attach.Held held(int shard, @Nullable Result result) {
        return new Attach.Held(id(shard), 5, result);
    }

    /** A worker that attaches with what it holds. */
    private final class Bringer {

        private final CompletableFuture<Attached> answer;

        private Bringer(String name, Attach.Held... holds) {
            answer = attaching(
                    CALLER,
                    new Attach(name, "crew", Set.of("resize"), Map.of(), 4, name + "'s process", List.of(holds)));
            time.pass(Duration.ZERO);
        }

        private ManualCrewEngine engine() {
            return engines.get(0);
        }

        private Attached attached() {
            time.until(answer::isDone);
            try {
                return answer.join();
            } catch (CompletionException refused) {
                throw (ProblemException) refused.getCause();
            }
        }
    }

    private static ExecutionRecord.Identity identity(ShardRunner.Order order) {
        return ExecutionRecord.Identity.of(
                order.context().executionId(), order.context().fencingToken());
    }

    // ---- Helpers --------------------------------------------------------------------------------------------------

    private ManualCrewEngine engine() {
        return engines.get(0);
    }

    private Client attach(String name, int slots) {
        Attached attached = attached(CALLER, request(name, "crew", Set.of("resize"), slots, name + "'s process"));
        engine().prove();
        return new Client(attached.worker());
    }

    private static Attach request(String name, String crew, Set<String> handlers, int slots, String process) {
        return new Attach(name, crew, handlers, Map.of(), slots, process, List.of());
    }

    private static Result succeeded(String id) {
        return new Result(id, Result.Ending.SUCCEEDED, null, "", "");
    }

    private static Result failed(String id) {
        return new Result(id, Result.Ending.FAILED, "boom", "", "");
    }

    private Exchanged answer(CompletableFuture<Exchanged> answer) {
        time.until(answer::isDone);
        return answer.join();
    }

    private Exchanged answerNow(CompletableFuture<Exchanged> answer) throws Throwable {
        time.until(answer::isDone);
        try {
            return answer.join();
        } catch (CompletionException refused) {
            throw Gateway.unwrapped(refused);
        }
    }

    private Attached attached(Caller caller, Attach request) {
        CompletableFuture<Attached> answer = attaching(caller, request);
        time.pass(Duration.ZERO);
        assertThat(answer).isDone();
        try {
            return answer.join();
        } catch (CompletionException refused) {
            throw (ProblemException) refused.getCause();
        }
    }

    private CompletableFuture<Attached> attaching(Caller caller, Attach request) {
        Promise<Attached> promise = new Promise<>(Runnable::run);
        promise.tryTo(() -> desk.attach(caller, request, promise));
        return promise.stage().toCompletableFuture();
    }

    private final class Client {

        private final String id;
        private long seq;

        private Client(String id) {
            this.id = id;
        }

        private CompletableFuture<Exchanged> exchange(int free) {
            return exchange(free, Set.of());
        }

        private CompletableFuture<Exchanged> exchange(int free, Set<String> running, Result... results) {
            return exchangeAs(++seq, free, running, results);
        }

        private CompletableFuture<Exchanged> exchangeNow(Set<String> running, Result... results) {
            return send(new Exchange(++seq, 0, running, Duration.ZERO, List.of(results), List.of()));
        }

        private CompletableFuture<Exchanged> notes(Set<String> running, Note... notes) {
            return send(new Exchange(++seq, 0, running, LONG, List.of(), List.of(notes)));
        }

        private CompletableFuture<Exchanged> exchangeAs(long number, int free, Set<String> running, Result... results) {
            return send(new Exchange(number, free, running, LONG, List.of(results), List.of()));
        }

        private CompletableFuture<Exchanged> send(Exchange exchange) {
            Promise<Exchanged> promise = new Promise<>(Runnable::run);
            try {
                desk.exchange(CALLER, id, exchange, time.nanoTime(), promise);
            } catch (ProblemException refused) {
                promise.fail(refused);
            }
            return promise.stage().toCompletableFuture();
        }
    }
}
