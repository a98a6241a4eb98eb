package io.elasticjob.gateway;

import io.elasticjob.Cancellation;
import io.elasticjob.Outcome;
import io.elasticjob.boot.actuate.endpoint.WorkersReader;
import io.elasticjob.gateway.wire.Attach;
import io.elasticjob.gateway.wire.Attached;
import io.elasticjob.gateway.wire.Exchange;
import io.elasticjob.gateway.wire.Exchanged;
import io.elasticjob.gateway.wire.ProblemException;
import io.elasticjob.spi.ShardRunner.Order;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Where workers come to, and what their crews' engines start is handed out. Confined to the loop, which is that of the
 * engines as well: no lease is given while it is held up.
 */
final class Desk {

    /** More are given by the next answer. */
    private static final int MOST_AT_ONCE = 200;

    /** So long the ends that are recorded wait for the others that the worker has told, so that one answer tells of all. */
    private static final Duration TOGETHER = Duration.ofMillis(100);

    private final Timekeeper time;
    private final Outside outside;
    private final GatewayLimits limits;
    private final Leases leases;
    private final Notes notes;
    private final Takeover takeover;
    private final LoopQueue recorded;

    private final Crews crews;
    private final Map<String, Worker> byId = new HashMap<>();
    private final Map<String, Worker> byName = new HashMap<>();

    private boolean stopping;

    /** @param session how long a crew's session outlives its last word, as it is asked for */
    Desk(Timekeeper time, Outside outside, GatewayLimits limits, Duration session) {
        this.time = time;
        this.outside = outside;
        this.limits = limits;
        this.leases = new Leases(time, session);
        this.recorded = new LoopQueue(time);
        this.takeover = new Takeover(time, recorded, outside.logs());
        this.notes = new Notes(time, this::answerNews);
        this.crews = new Crews(time, outside, limits.crews(), new Crews.Work() {
            @Override
            public void started(Crew crew, Order order) {
                Desk.this.started(crew, order);
            }

            @Override
            public void cancelled(Crew crew, Order order, Cancellation why) {
                Desk.this.cancelled(crew, order, why);
            }

            @Override
            public void resumed(Crew crew, Order order) {
                takeover.resume(crew, order);
            }
        });
    }

    // ---- Attaching ------------------------------------------------------------------------------------------------

    /** Attaches a worker, and has adopted what it holds. */
    void attach(Caller caller, Attach request, Promise<Attached> answer) {
        caller.check(request);
        Worker there = byName.get(request.name());
        if (there != null && there.isOf(caller, request)) {
            there.heard(time.nanoTime());
            takeOver(there, request, answer);
            return;
        }
        if (stopping) {
            throw ProblemException.cutOff(
                    "This gateway stops", 0, outside.gateways().get());
        }
        if (there != null) {
            if (there.lastsNanos(leases.wholeNanos(there.crew), time.nanoTime()) > 0) {
                throw ProblemException.nameTaken(
                        request.name(), millis(there.lastsNanos(leases.wholeNanos(there.crew), time.nanoTime())));
            }
            gone(there, "its lease is over, and another process has its name");
        }
        if (byId.size() >= limits.workers()) {
            throw ProblemException.tooMany("workers", limits.workers(), 5);
        }
        Crew crew = crews.obtain(CrewKey.of(request));
        if (!crew.isReady()) {
            crew.whenReady(() -> answer.tryTo(() -> {
                if (!crew.isReady()) { // it could not be made: who asks again at once would be told so again
                    throw ProblemException.cutOff(
                            "This gateway could not take part in the namespace; its log says why",
                            0,
                            outside.gateways().get());
                }
                attach(caller, request, answer);
            }));
            return;
        }
        Worker worker =
                new Worker(request.name() + "." + outside.nonces().get(), request, caller, crew, time.nanoTime());
        byId.put(worker.id, worker);
        byName.put(worker.name(), worker);
        worker.crew.workers.add(worker);
        worker.crew.recount();
        watch(worker);
        takeOver(worker, request, answer);
    }

    /** Answers once it is known what becomes of what it holds, with a lease for what it goes on with. */
    private void takeOver(Worker worker, Attach request, Promise<Attached> answer) {
        takeover.take(worker, request.holds(), held -> {
            worker.heard(time.nanoTime());
            if (held.isEmpty()) {
                answer.fail(ProblemException.cutOff(
                        "This gateway could not find out yet what became of what the worker holds",
                        0,
                        outside.gateways().get()));
            } else if (worker.holds()) {
                leases.prove(worker.crew, () -> attached(worker, held.get(), answer));
            } else {
                attached(worker, held.get(), answer);
            }
        });
    }

    private void attached(Worker worker, Attached.HoldsAnswer held, Promise<Attached> answer) {
        Duration left = leases.left(worker);
        Duration beat = leases.beat(worker.crew);
        if (byId.get(worker.id) != worker) {
            answer.fail(ProblemException.notAttached(worker.id));
            return;
        }
        if (worker.holds() && !isEnough(worker)) {
            answer.fail(cutOff(worker));
            return;
        }
        if (worker.holds()) {
            worker.lease(time.nanoTime() + left.toNanos(), time.nanoTime());
        }
        answer.tell(new Attached(
                worker.id, left.toMillis(), beat.toMillis(), outside.gateways().get(), held));
    }

    void detach(Caller caller, String id) {
        Worker worker = worker(caller, id);
        if (worker.holds()) {
            throw ProblemException.stillHolds(worker.given().stream()
                    .filter(one -> !one.hasEnded())
                    .map(one -> one.id)
                    .toList());
        }
        gone(worker, "it detached");
    }

    private Worker worker(Caller caller, String id) {
        Worker worker = byId.get(id);
        if (worker == null || !worker.caller.name().equals(caller.name())) {
            throw ProblemException.notAttached(id);
        }
        return worker;
    }

    // ---- Exchanging -----------------------------------------------------------------------------------------------

    /** @param receivedNanos when the request came, by the stopwatch */
    void exchange(Caller caller, String id, Exchange exchange, long receivedNanos, Promise<Exchanged> answer) {
        Worker worker = worker(caller, id);
        if (!worker.isNewest(exchange.seq())) {
            answer.tell(Exchanged.overtaken(exchange.seq()));
            return;
        }
        worker.unpark().ifPresent(older -> older.answer().tell(Exchanged.overtaken(older.seq())));
        worker.heard(time.nanoTime());
        Set<String> listed = exchange.listed();
        exchange.notes().stream()
                .filter(note -> listed.contains(note.id()))
                .forEach(note -> notes.take(worker, note)); // an end comes after what was noted before it
        List<Given> again = reckon(worker, exchange);
        exchange.notes().stream().filter(note -> !listed.contains(note.id())).forEach(note -> notes.take(worker, note));
        Worker.Parked parked = new Worker.Parked(exchange.seq(), exchange.free(), receivedNanos, answer);
        worker.park(parked);
        if (!again.isEmpty()) {
            answer(worker, again);
        }
        handOut(worker.crew);
        if (worker.isParked(parked) && (stopping || exchange.patience().isZero())) {
            answer(worker, List.of());
        } else if (worker.isParked(parked)) { // else it was given something
            answerNews(worker);
        }
        if (worker.isParked(parked)) {
            time.after(wait(worker, exchange), () -> answerIfParked(worker, parked));
        }
    }

    /**
     * Who holds something is answered in time for the next beat, so that its lease goes on; and who has told an end that is not
     * recorded, so that it turns to another gateway in time when this one is cut off.
     */
    private Duration wait(Worker worker, Exchange exchange) {
        Duration beat = leases.beat(worker.crew);
        boolean isBeating = (worker.holds() || worker.isRecording()) && beat.compareTo(exchange.patience()) < 0;
        return isBeating ? beat : exchange.patience();
    }

    /** @return what the worker did not hear of, and is told again: nobody else is given it under the same token */
    private List<Given> reckon(Worker worker, Exchange exchange) {
        worker.tells(exchange.results());
        Reckoning reckoning = Reckoning.of(List.copyOf(worker.given()), exchange);
        reckoning.running().forEach(Given::see);
        worker.strangers(Takeover.strangers(worker, exchange.running()));
        reckoning.ended().forEach((one, result) -> {
            one.journal.wrote(result.log());
            one.journal.end();
            ended(worker, one, one.outcome(result));
        });
        List<Given> again = reckoning.neverBegun().stream()
                .filter(Given::mayBegin)
                .limit(exchange.free())
                .toList();
        reckoning.neverBegun().forEach(worker::takeBack);
        reckoning.neverBegun().stream().filter(one -> !again.contains(one)).forEach(Given::notBegun);
        reckoning.lost().forEach(one -> {
            worker.takeBack(one);
            one.crew.runner.listener().ended(one.order, new Outcome.Lost());
        });
        // What another gateway has by now, or had; of what it never had, or is recorded already, nothing need come
        // again.
        exchange.results().stream()
                .filter(result -> worker.given(result.id()).isEmpty())
                .filter(result -> !worker.isAcknowledged(result.id()))
                .forEach(result -> takeover.record(worker, result.id(), Takeover.outcome(result), this::acknowledge));
        return again;
    }

    /** Kept until it is recorded: only then is the worker told that it need not tell it again. */
    private void ended(Worker worker, Given one, Outcome outcome) {
        CompletionStage<Void> recording = one.crew.runner.listener().recordEnd(one.order, outcome);
        one.end(recording.toCompletableFuture());
        recording.whenComplete((done, overtaken) -> recorded.add(() -> {
            if (!one.settle()) {
                return;
            }
            worker.takeBack(one);
            if (overtaken == null) {
                acknowledge(worker, one.id);
            } else { // perhaps only because another gateway was asked for it as well
                takeover.record(worker, one.id, outcome, this::acknowledge);
            }
        }));
    }

    /** The answer that is about to be given tells also of what was recorded in this instant. */
    private static void settle(Worker worker) {
        for (Given one : List.copyOf(worker.given())) {
            if (one.isRecorded() && one.settle()) {
                worker.takeBack(one);
                worker.acknowledge(one.id);
            }
        }
    }

    private void acknowledge(Worker worker, String executionId) {
        worker.acknowledge(executionId);
        answerNews(worker);
    }

    // ---- Answering ------------------------------------------------------------------------------------------------

    private void answerNews(Worker worker) {
        Worker.Parked parked = worker.parked().orElse(null);
        if (parked == null || !worker.isToBeTold()) {
            return;
        }
        if (worker.isToBeToldAtOnce() || !worker.isRecording()) {
            answer(worker, List.of());
        } else if (worker.gather(parked)) {
            time.after(TOGETHER, () -> answerIfParked(worker, parked));
        }
    }

    private void answerIfParked(Worker worker, Worker.Parked parked) {
        if (worker.isParked(parked)) {
            answer(worker, List.of());
        }
    }

    /** Answers the parked exchange; one that needs a lease gets it from a proof that is young enough, or none at all. */
    private void answer(Worker worker, List<Given> more) {
        settle(worker);
        more.forEach(worker::give);
        Worker.Parked parked = worker.unpark().orElseThrow();
        if (!worker.holds()) {
            if (worker.crew.isCutOff()) {
                parked.answer().fail(cutOff(worker));
            } else {
                tell(worker, parked, more, Duration.ZERO);
            }
            return;
        }
        Duration left = leases.left(worker);
        if (left.compareTo(leases.beat(worker.crew)) >= 0) {
            tell(worker, parked, more, left);
            leases.renew(worker.crew);
        } else {
            proveThenTell(worker, parked, more);
        }
    }

    private void proveThenTell(Worker worker, Worker.Parked parked, List<Given> more) {
        worker.heard(time.nanoTime()); // it waits for an answer up to now
        leases.prove(worker.crew, () -> {
            if (byId.get(worker.id) != worker) {
                parked.answer().fail(ProblemException.notAttached(worker.id)); // what it was to be given is over
            } else if (!worker.isNewestSeq(parked.seq())) {
                parked.answer().tell(Exchanged.overtaken(parked.seq()));
            } else if (isEnough(worker)) {
                tell(worker, parked, more, leases.left(worker));
            } else {
                // It never hears of them, and its next exchange says so.
                parked.answer().fail(cutOff(worker));
            }
        });
    }

    private void tell(Worker worker, Worker.Parked parked, List<Given> more, Duration left) {
        List<Given> over = more.stream().filter(one -> !one.mayBegin()).toList();
        over.forEach(worker::takeBack);
        over.forEach(Given::notBegun);
        long now = time.nanoTime();
        worker.lease(now + left.toNanos(), now);
        parked.answer()
                .tell(new Exchanged(
                        parked.seq(),
                        new Exchanged.Lasting(millis(now - parked.receivedNanos()), left.toMillis()),
                        worker.told(),
                        more.stream()
                                .filter(one -> !over.contains(one))
                                .map(Given::task)
                                .toList(),
                        worker.cancels(),
                        new Exchanged.Course(
                                stopping || worker.crew.engine().isDraining(),
                                stopping ? outside.gateways().get() : List.of())));
    }

    /** Whether there is a lease that it is worth to tell. */
    private boolean isEnough(Worker worker) {
        return leases.left(worker).compareTo(leases.beat(worker.crew).dividedBy(2)) >= 0;
    }

    private ProblemException cutOff(Worker worker) {
        return ProblemException.cutOff(
                "This gateway cannot reach ZooKeeper",
                millis(worker.leaseLeftNanos(time.nanoTime())),
                outside.gateways().get());
    }

    // ---- Handing out ----------------------------------------------------------------------------------------------

    private void started(Crew crew, Order order) {
        crew.hasClaimed();
        Given given = new Given(order, crew, outside.logs().journal(order.context()));
        if (crew.workers.isEmpty()) {
            time.execute(() -> given.notBegun()); // the last one has left
            return;
        }
        crew.ready.add(given);
        if (crew.ready.size() == 1) {
            time.execute(() -> handOut(crew)); // once for all that are started in a turn
        }
    }

    /** One to each in turn, so that none is full while another is idle. */
    private void handOut(Crew crew) {
        if (crew.ready.isEmpty()) {
            return;
        }
        List<Given> over = crew.ready.stream().filter(one -> !one.mayBegin()).toList();
        crew.ready.removeAll(over);
        over.forEach(Given::notBegun);
        Deque<Parcel> parcels = new ArrayDeque<>();
        for (Worker worker : crew.workers) {
            int room = Math.min(worker.room(), MOST_AT_ONCE);
            if (room > 0) {
                parcels.add(new Parcel(worker, room, new ArrayList<>()));
            }
        }
        List<Parcel> full = new ArrayList<>();
        while (!crew.ready.isEmpty() && !parcels.isEmpty()) {
            Parcel next = parcels.remove();
            next.content().add(crew.ready.remove());
            (next.isFull() ? full : parcels).add(next);
        }
        full.forEach(parcel -> answer(parcel.worker(), parcel.content()));
        parcels.stream()
                .filter(parcel -> !parcel.content().isEmpty())
                .forEach(parcel -> answer(parcel.worker(), parcel.content()));
    }

    /** What a worker is given at once. */
    private record Parcel(Worker worker, int room, List<Given> content) {

        boolean isFull() {
            return content.size() >= room;
        }
    }

    private void cancelled(Crew crew, Order order, Cancellation why) {
        crew.given(order).ifPresent(one -> {
            if (crew.ready.remove(one)) {
                one.notBegun();
                return;
            }
            one.cancel(why);
            crew.workers.stream()
                    .filter(worker -> worker.given(one.id).filter(one::equals).isPresent())
                    .toList()
                    .forEach(worker -> {
                        worker.hasNews();
                        answerNews(worker);
                    });
        });
    }

    // ---- Going ----------------------------------------------------------------------------------------------------

    private void watch(Worker worker) {
        long lasts = Math.max(1_000_000, worker.lastsNanos(leases.wholeNanos(worker.crew), time.nanoTime()));
        time.after(Duration.ofNanos(lasts), () -> {
            if (byId.get(worker.id) != worker) {
                return;
            }
            if (worker.lastsNanos(leases.wholeNanos(worker.crew), time.nanoTime()) > 0) {
                watch(worker);
            } else {
                gone(worker, "its lease is over");
            }
        });
    }

    /** It is detached, or its lease is over: what it holds is as an instance's that died. */
    private void gone(Worker worker, String why) {
        byId.remove(worker.id);
        byName.remove(worker.name(), worker);
        Crew crew = worker.crew;
        crew.workers.remove(worker);
        worker.unpark().ifPresent(parked -> parked.answer().fail(ProblemException.notAttached(worker.id)));
        outside.audit()
                .accept(new WorkerEvent.Left(
                        worker.caller.name(), worker.name(), crew.key.name(), worker.id, why, worker.held()));
        for (Given one : List.copyOf(worker.given())) {
            worker.takeBack(one);
            if (!one.hasEnded()) {
                crew.runner.listener().ended(one.order, new Outcome.Lost());
            }
        }
        crew.recount();
        if (crew.workers.isEmpty()) {
            crews.disband(crew);
        }
    }

    /** Sends all workers elsewhere. What they hold stays theirs until another gateway has it, or their leases are over. */
    void stop() {
        stopping = true;
        crews.all().forEach(crew -> crew.whenReady(() -> crew.engine().drain()));
        byId.values().forEach(worker -> {
            worker.hasNews();
            answerNews(worker);
        });
    }

    /** Those that are attached. */
    List<WorkersReader.Attached> workers() {
        return byId.values().stream().map(Worker::view).toList();
    }

    /** Whether nobody is attached any more. */
    boolean isEmpty() {
        return byId.isEmpty();
    }

    /** Closes what is left; what is attached is given up. */
    void end() {
        stopping = true;
        List.copyOf(byId.values()).forEach(worker -> gone(worker, "this gateway stops"));
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }
}
