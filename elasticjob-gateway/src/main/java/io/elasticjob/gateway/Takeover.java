package io.elasticjob.gateway;

import io.elasticjob.Outcome;
import io.elasticjob.gateway.wire.Attach;
import io.elasticjob.gateway.wire.Attached;
import io.elasticjob.gateway.wire.Result;
import io.elasticjob.gateway.wire.WireId;
import io.elasticjob.spi.ShardRunner.Adopted;
import io.elasticjob.spi.ShardRunner.Holding;
import io.elasticjob.spi.ShardRunner.Order;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.text.VisibleText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has adopted by the engine of its crew what a worker holds that another gateway has given it: one at a time of each worker.
 * Confined to the loop.
 */
final class Takeover {

    private static final long LONGEST_MS = Duration.ofDays(3_650).toMillis();

    private final Timekeeper time;
    private final LoopQueue recording;
    private final WorkerLogs logs;

    /** @param recording takes what becomes of ends */
    Takeover(Timekeeper time, LoopQueue recording, WorkerLogs logs) {
        this.time = time;
        this.recording = recording;
        this.logs = logs;
    }

    /** What became of what a worker holds; empty when that cannot be told of all of it yet. */
    interface Told extends Consumer<Optional<Attached.HoldsAnswer>> {}

    /** @param told once that is known, on the loop */
    void take(Worker worker, List<Attach.Held> holds, Told told) {
        if (worker.takesOver()) {
            worker.afterTakeover(() -> take(worker, holds, told)); // what is asked again
            return;
        }
        new Taking(worker, holds.size(), told).begin(holds);
    }

    private final class Taking {

        private final Worker worker;
        private final Told told;
        private final List<String> adopted = new ArrayList<>();
        private final List<String> recorded = new ArrayList<>();
        private final List<String> lost = new ArrayList<>();
        private int open;
        private boolean isUnclear;

        Taking(Worker worker, int open, Told told) {
            this.worker = worker;
            this.open = open;
            this.told = told;
        }

        private void begin(List<Attach.Held> holds) {
            worker.takeOver(true);
            holds.forEach(this::begin);
            if (holds.isEmpty()) {
                end();
            }
        }

        private void begin(Attach.Held held) {
            WireId id = WireId.read(held.id()).orElse(null);
            Given given = worker.given(held.id()).orElse(null);
            if (given == null && isOfAnotherHere(worker, held.id())) {
                tell(held, Adopted.LOST);
            } else if (given != null
                    && (given.hasEnded() || id == null || id.token().isEmpty())) {
                tell(held, Adopted.GOES_ON); // what became of its end is told to its exchanges
            } else if (id == null || id.token().isEmpty()) {
                tell(held, Adopted.LOST); // what is not monitored cannot be held against anything
            } else {
                worker.expect(held.id());
                Holding holding = new Holding(
                        id.execution(),
                        id.token().getAsLong(),
                        Duration.ofMillis(Math.min(held.runningMs(), LONGEST_MS)),
                        given == null && held.result() != null
                                ? outcome(held.result())
                                : null); // else it is told to an exchange
                worker.crew
                        .runner
                        .listener()
                        .adopt(holding)
                        .whenComplete((what, failed) -> time.execute(() -> tell(held, what)));
            }
        }

        /** @param what null where that is not known */
        private void tell(Attach.Held held, @Nullable Adopted what) {
            worker.expectNoMore(held.id());
            isUnclear |= what == null;
            if (what != null) {
                switch (what) {
                    case GOES_ON -> adopted.add(held.id());
                    case RECORDED -> recorded.add(held.id());
                    case LOST -> lost.add(held.id());
                }
            }
            open--;
            if (open == 0) {
                end();
            }
        }

        private void end() {
            told.accept(isUnclear ? Optional.empty() : Optional.of(new Attached.HoldsAnswer(adopted, recorded, lost)));
            worker.takeOver(false);
        }
    }

    /** How it has ended, by what its worker tells. */
    static Outcome outcome(Result result) {
        return switch (result.ending()) {
            case SUCCEEDED -> new Outcome.Succeeded(result.left());
            case ABANDONED -> new Outcome.Abandoned();
            case SKIPPED ->
                new Outcome.Skipped(
                        VisibleText.of(Objects.requireNonNullElse(result.why(), ""), Outcome.MAX_ERROR_LENGTH));
            case FAILED -> new Outcome.Failed(String.valueOf(result.why()));
        };
    }

    /**
     * Has an end recorded of what the worker was not given here, or not any more.
     *
     * @param recorded once it is recorded, or nobody asks for it; not at all while that cannot be told, so that it is told again
     */
    void record(Worker worker, String executionId, Outcome outcome, BiConsumer<Worker, String> recorded) {
        WireId id = WireId.read(executionId).orElse(null);
        if (id == null || id.token().isEmpty() || isOfAnotherHere(worker, executionId)) {
            recorded.accept(worker, executionId); // it counts for nothing
        } else if (!worker.expects(executionId)) {
            worker.expect(executionId);
            Holding holding = new Holding(id.execution(), id.token().getAsLong(), Duration.ZERO, outcome);
            worker.crew
                    .runner
                    .listener()
                    .adopt(holding)
                    .whenComplete((what, failed) -> recording.add(() -> {
                        worker.expectNoMore(executionId);
                        if (what != null) {
                            recorded.accept(worker, executionId);
                        }
                    }));
        }
    }

    /** Whether a worker of the same crew was given it here: nobody else can hold it. */
    private static boolean isOfAnotherHere(Worker worker, String executionId) {
        return worker.crew.workers.stream()
                .anyMatch(other -> other != worker && other.given(executionId).isPresent());
    }

    /** The engine has adopted it: it is as given to the worker that holds it, or lost when that has gone meanwhile. */
    void resume(Crew crew, Order order) {
        crew.hasClaimed();
        String id = Given.id(order);
        Optional<Worker> holder =
                crew.workers.stream().filter(worker -> worker.expects(id)).findFirst();
        if (holder.isEmpty()) {
            crew.runner.listener().ended(order, new Outcome.Lost());
            return;
        }
        Given given = new Given(order, crew, logs.journal(order.context()));
        given.see();
        holder.get().give(given);
    }

    /** Another instance has adopted it: its worker holds it there, and not here any more. */
    static void release(Crew crew, Order order) {
        crew.given(order).ifPresent(one -> {
            crew.ready.remove(one);
            crew.workers.forEach(worker -> worker.takeBack(one));
            one.journal.end();
        });
    }

    /** What a worker says to run that nobody here has given it, or that goes on elsewhere. */
    static Set<String> strangers(Worker worker, Set<String> running) {
        Set<String> strangers = new HashSet<>(running);
        worker.given().forEach(one -> strangers.remove(one.id));
        return strangers;
    }
}
