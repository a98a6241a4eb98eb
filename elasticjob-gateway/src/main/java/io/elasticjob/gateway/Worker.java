package io.elasticjob.gateway;

import io.elasticjob.Cancellation;
import io.elasticjob.boot.actuate.endpoint.WorkersReader;
import io.elasticjob.gateway.wire.Attach;
import io.elasticjob.gateway.wire.Exchanged;
import io.elasticjob.gateway.wire.Result;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A process that is attached, and what it was given. Confined to the loop. */
final class Worker {

    /**
     * An exchange that waits for its answer.
     *
     * @param receivedNanos when it came, by the stopwatch
     */
    record Parked(long seq, int free, long receivedNanos, Promise<Exchanged> answer) {}

    final String id;
    final Attach request;
    final Caller caller;
    final Crew crew;

    private final Map<String, Given> given = new LinkedHashMap<>();

    /** What it is to be told next. */
    private final Set<String> acks = new LinkedHashSet<>();

    /** Ends that are recorded, or count for nothing, as long as it tells them: it may not have heard of that. */
    private final Set<String> acknowledged = new HashSet<>();

    private final List<Exchanged.NoteAnswer> notes = new ArrayList<>();

    private @Nullable Parked parked;
    private @Nullable Parked gathering;
    private long newest = -1;
    private long heardNanos;
    private long leaseEnds;
    private boolean news;

    /** What the engine is asked to adopt for it. */
    private final Set<String> expected = new HashSet<>();

    private final List<Runnable> afterTakeover = new ArrayList<>();
    private boolean takesOver;

    /** What it says to run that it does not hold here. */
    private Set<String> strangers = Set.of();

    Worker(String id, Attach request, Caller caller, Crew crew, long nowNanos) {
        this.id = id;
        this.request = request;
        this.caller = caller;
        this.crew = crew;
        this.heardNanos = nowNanos;
        this.leaseEnds = nowNanos;
    }

    String name() {
        return request.name();
    }

    /** Whether the same process asks again. */
    boolean isOf(Caller asking, Attach again) {
        return request.process().equals(again.process())
                && caller.name().equals(asking.name())
                && crew.key.equals(CrewKey.of(again));
    }

    /** For people. */
    WorkersReader.Attached view() {
        return new WorkersReader.Attached(
                id,
                name(),
                caller.name(),
                crew.key.name(),
                crew.isReady() ? crew.engine().instance() : "",
                request.handlers(),
                request.slots(),
                given.values().stream()
                        .filter(one -> !one.hasEnded())
                        .map(Given::identity)
                        .toList());
    }

    // ---- What it was given ----------------------------------------------------------------------------------------

    Collection<Given> given() {
        return given.values();
    }

    void give(Given one) {
        given.put(one.id, one);
        acknowledged.remove(one.id);
    }

    void takeBack(Given one) {
        given.remove(one.id, one);
        one.journal.end();
    }

    Optional<Given> given(String executionId) {
        return Optional.ofNullable(given.get(executionId));
    }

    /** Whether it holds anything whose end was not told. */
    boolean holds() {
        return given.values().stream().anyMatch(one -> !one.hasEnded());
    }

    /** How many executions it holds whose end was not told. */
    int held() {
        return (int) given.values().stream().filter(one -> !one.hasEnded()).count();
    }

    /** How many executions it can be given now; nothing unless it waits for some. */
    int room() {
        return parked == null ? 0 : Math.max(0, Math.min(parked.free(), request.slots() - held()));
    }

    // ---- What it brings along -------------------------------------------------------------------------------------

    /** Whether it is being found out what becomes of what it holds. */
    boolean takesOver() {
        return takesOver;
    }

    void takeOver(boolean now) {
        takesOver = now;
        if (!now) {
            List<Runnable> next = List.copyOf(afterTakeover);
            afterTakeover.clear();
            next.forEach(Runnable::run);
        }
    }

    void afterTakeover(Runnable then) {
        afterTakeover.add(then);
    }

    void expect(String executionId) {
        expected.add(executionId);
    }

    void expectNoMore(String executionId) {
        expected.remove(executionId);
    }

    boolean expects(String executionId) {
        return expected.contains(executionId);
    }

    /** It is told to end these; at once when one of them is new. */
    void strangers(Set<String> now) {
        news |= !strangers.containsAll(now);
        strangers = now;
    }

    // ---- What it is to be told ------------------------------------------------------------------------------------

    void acknowledge(String executionId) {
        acknowledged.add(executionId);
        acks.add(executionId);
    }

    boolean isAcknowledged(String executionId) {
        return acknowledged.contains(executionId);
    }

    /** It tells these ends: of what is recorded of them it has not heard. */
    void tells(List<Result> results) {
        Set<String> told = new HashSet<>();
        results.forEach(result -> told.add(result.id()));
        acknowledged.retainAll(told);
        acks.addAll(acknowledged);
    }

    /** Whether an end that it has told is not recorded yet. */
    boolean isRecording() {
        return !expected.isEmpty() || given.values().stream().anyMatch(Given::hasEnded);
    }

    void answer(Exchanged.NoteAnswer note) {
        notes.add(note);
        news = true;
    }

    /** Something else is to be told at once. */
    void hasNews() {
        news = true;
    }

    boolean isToBeTold() {
        return news || !acks.isEmpty();
    }

    /** Whether there is more to be told than ends that are recorded. */
    boolean isToBeToldAtOnce() {
        return news;
    }

    /** What need not be told again; told once, as the worker tells again what was not heard. */
    Exchanged.Told told() {
        Exchanged.Told all = new Exchanged.Told(List.copyOf(acks), List.copyOf(notes));
        acks.clear();
        notes.clear();
        news = false;
        return all;
    }

    List<Exchanged.Cancel> cancels() {
        List<Exchanged.Cancel> cancels = new ArrayList<>();
        for (Given one : given.values()) {
            if (one.cancelled() != null && !one.hasEnded()) {
                cancels.add(new Exchanged.Cancel(one.id, one.cancelled()));
            }
        }
        strangers.forEach(id -> cancels.add(new Exchanged.Cancel(
                id,
                new Cancellation(
                        Cancellation.Reason.SHARD_LOST, "", "This worker does not hold the execution any more"))));
        return cancels;
    }

    // ---- Its exchanges --------------------------------------------------------------------------------------------

    /** Whether an exchange of this number is newer than all before; from then on it is the newest. */
    boolean isNewest(long seq) {
        if (seq <= newest) {
            return false;
        }
        newest = seq;
        return true;
    }

    boolean isNewestSeq(long seq) {
        return seq == newest;
    }

    void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    void park(Parked exchange) {
        parked = exchange;
    }

    Optional<Parked> parked() {
        return Optional.ofNullable(parked);
    }

    /** Whether it is this exchange that waits. */
    boolean isParked(Parked exchange) {
        return parked == exchange;
    }

    /** The exchange waits for the ends that are being recorded; true for the first time. */
    boolean gather(Parked exchange) {
        boolean isNew = gathering != exchange;
        gathering = exchange;
        return isNew;
    }

    /** The exchange is being answered. */
    Optional<Parked> unpark() {
        Optional<Parked> waiting = parked();
        parked = null;
        gathering = null;
        return waiting;
    }

    // ---- Its lease ------------------------------------------------------------------------------------------------

    /** It was told that it may go on until then. */
    void lease(long untilNanos, long nowNanos) {
        heardNanos = nowNanos;
        leaseEnds = untilNanos - leaseEnds > 0 ? untilNanos : leaseEnds;
    }

    /**
     * How long it is believed in without another word.
     *
     * @param wholeNanos the length of a whole lease
     */
    long lastsNanos(long wholeNanos, long nowNanos) {
        if (takesOver || (parked != null && !holds())) {
            return wholeNanos;
        }
        long bySilence = heardNanos + wholeNanos - nowNanos;
        return Math.max(bySilence, leaseEnds - nowNanos);
    }

    long leaseLeftNanos(long nowNanos) {
        return Math.max(0, leaseEnds - nowNanos);
    }
}
