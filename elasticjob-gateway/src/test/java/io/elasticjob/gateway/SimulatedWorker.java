package io.elasticjob.gateway;

import io.elasticjob.gateway.wire.Attach;
import io.elasticjob.gateway.wire.Attached;
import io.elasticjob.gateway.wire.Exchange;
import io.elasticjob.gateway.wire.Exchanged;
import io.elasticjob.gateway.wire.ProblemException;
import io.elasticjob.gateway.wire.Result;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A process of a client, as the protocol asks of it, in virtual time. */
final class SimulatedWorker {

    private static final Duration GIVES_UP = Duration.ofSeconds(2);

    private static final List<Result.Ending> ENDINGS = List.of(
            Result.Ending.SUCCEEDED,
            Result.Ending.SUCCEEDED,
            Result.Ending.SUCCEEDED,
            Result.Ending.SKIPPED,
            Result.Ending.FAILED);

    /** The world as a worker sees it. */
    interface Wire {

        /** A gateway to turn to; another one than this, where there is one. */
        @Nullable
        SimulatedGateway next(@Nullable SimulatedGateway before);

        void attach(SimulatedWorker from, SimulatedGateway to, Attach request, Answer<Attached> answer);

        void exchange(SimulatedWorker from, SimulatedGateway to, String id, Exchange request, Answer<Exchanged> answer);
    }

    /** What comes back: an answer, or a problem; on the worker's watch, perhaps twice, perhaps never. */
    interface Answer<T> {
        void came(@Nullable T answer, @Nullable Throwable problem);
    }

    private static final class Running {
        final WorkerLedger.Entry entry;
        final long sinceNanos;

        Running(WorkerLedger.Entry entry, long sinceNanos) {
            this.entry = entry;
            this.sinceNanos = sinceNanos;
        }
    }

    final String name;
    final VirtualTime.Watch watch;

    private final Wire wire;
    private final WorkerLedger ledger;
    private final SplittableRandom random;
    private final Set<WorkerMutant> broken;
    private final Map<String, Running> running = new LinkedHashMap<>();
    private final Map<String, Result> results = new LinkedHashMap<>();
    private final int slots = 3;

    private @Nullable SimulatedGateway gateway;
    private @Nullable String attachment;
    private long attempt;
    private long seq;
    private long leaseEnds;
    private int failures;
    private boolean isDead;
    private boolean isFrozen;

    /** Whether it takes no more, as at the end of a history. */
    private boolean takesNoMore;

    SimulatedWorker(
            String name,
            VirtualTime time,
            Wire wire,
            WorkerLedger ledger,
            SplittableRandom random,
            Set<WorkerMutant> broken) {
        this.name = name;
        this.watch = time.watch(Duration.ZERO);
        this.wire = wire;
        this.ledger = ledger;
        this.random = random;
        this.broken = broken;
    }

    // ---- What happens to it ---------------------------------------------------------------------------------------

    void start() {
        watch.execute(this::attach);
    }

    void kill() {
        isDead = true;
        running.values().forEach(one -> one.entry.isWorkerGone = true);
        watch.kill();
    }

    void freeze() {
        isFrozen = true;
        running.values().forEach(one -> one.entry.isClean = false);
        watch.freeze();
    }

    void thaw() {
        isFrozen = false;
        watch.thaw();
    }

    boolean isFrozen() {
        return isFrozen;
    }

    boolean isDead() {
        return isDead;
    }

    /** Turns to another gateway, as behind a load balancer. */
    void move() {
        watch.execute(this::elsewhere);
    }

    void takeNoMore() {
        takesNoMore = true;
    }

    /** Whether all that it ever ran is acknowledged. */
    boolean isDone() {
        return running.isEmpty() && results.isEmpty();
    }

    @Override
    public String toString() {
        return name + " at " + (gateway == null ? "none" : gateway.name) + " runs " + running.size() + ", owes "
                + results.size();
    }

    // ---- Attaching ------------------------------------------------------------------------------------------------

    private void elsewhere() {
        attachment = null;
        gateway = wire.next(gateway);
        attach();
    }

    private void attach() {
        long mine = ++attempt;
        if (gateway == null || !gateway.stays()) {
            gateway = wire.next(gateway);
        }
        if (gateway == null) {
            watch.after(Duration.ofMillis(200), () -> retry(mine));
            return;
        }
        List<Attach.Held> holds = new ArrayList<>();
        long now = watch.nanoTime();
        running.forEach((id, one) -> holds.add(new Attach.Held(id, (now - one.sinceNanos) / 1_000_000, null)));
        results.forEach((id, result) -> holds.add(new Attach.Held(id, 0, result)));
        Attach request =
                new Attach(name, "crew", Set.of("resize"), Map.of(), slots, name + "-process", List.copyOf(holds));
        SimulatedGateway asked = gateway;
        wire.attach(this, asked, request, (answer, problem) -> {
            if (mine != attempt) {
                return;
            }
            if (answer == null) {
                attempt++;
                watch.after(Duration.ofMillis(100 + random.nextInt(200)), () -> again(attempt));
                return;
            }
            attempt++;
            attached(answer, now);
        });
        watch.after(GIVES_UP, () -> again(mine));
    }

    private void retry(long of) {
        if (of == attempt && attachment == null) {
            attach();
        }
    }

    private void again(long of) {
        if (of == attempt && attachment == null) {
            elsewhere();
        }
    }

    private void attached(Attached answer, long sentNanos) {
        attachment = answer.worker();
        failures = 0;
        answer.held().lost().forEach(this::drop);
        answer.held().recorded().forEach(this::acknowledged);
        if (!running.isEmpty()) {
            lease(sentNanos + answer.leaseMs() * 1_000_000);
        }
        exchange();
    }

    /** It is somebody else's: it ends, or has ended, and nobody asks for its end. */
    private void drop(String id) {
        Running one = running.remove(id);
        if (one != null) {
            ledger.toldLost(one.entry);
            one.entry.ended = watch.now();
        } else if (results.remove(id) != null) {
            ledger.toldLost(id);
        }
    }

    private void acknowledged(String id) {
        Result result = results.remove(id);
        if (result != null) {
            ledger.acknowledged(id, result);
        }
    }

    // ---- Exchanging -----------------------------------------------------------------------------------------------

    private void exchange() {
        String id = attachment;
        SimulatedGateway asked = gateway;
        if (id == null || asked == null) {
            return;
        }
        long mine = ++seq;
        long sent = watch.nanoTime();
        Duration wait = Duration.ofMillis(1_000 + random.nextInt(4_000));
        int free = takesNoMore ? 0 : slots - running.size();
        Exchange request =
                new Exchange(mine, free, Set.copyOf(running.keySet()), wait, List.copyOf(results.values()), List.of());
        if (broken.contains(WorkerMutant.END_WITHOUT_ACKNOWLEDGEMENT)) {
            Set.copyOf(results.keySet()).forEach(this::acknowledged);
        }
        wire.exchange(this, asked, id, request, (answer, problem) -> {
            if (answer != null) {
                answered(id, mine, sent, answer);
            } else if (id.equals(attachment) && mine == seq) {
                refused(problem);
            }
        });
        watch.after(wait.plus(GIVES_UP), () -> {
            if (mine == seq && id.equals(attachment)) {
                failed();
            }
        });
    }

    private void refused(@Nullable Throwable problem) {
        if (problem instanceof ProblemException told && told.status() == 404) {
            attachment = null;
            attach();
        } else {
            watch.after(Duration.ofMillis(100), this::failed);
        }
    }

    private void failed() {
        failures++;
        if (failures > 1) {
            failures = 0;
            elsewhere();
        } else {
            exchange();
        }
    }

    private void answered(String id, long mine, long sent, Exchanged answer) {
        boolean isNewest = id.equals(attachment) && mine == seq;
        if (!isNewest && !broken.contains(WorkerMutant.EXCHANGE_WITHOUT_SEQUENCE)) {
            return;
        }
        failures = 0;
        answer.told().acks().forEach(this::acknowledged);
        answer.cancel().forEach(cancel -> cancelled(cancel.id()));
        long ends = broken.contains(WorkerMutant.LEASE_FROM_THE_ANSWER)
                ? watch.nanoTime() + answer.lasting().leaseMs() * 1_000_000
                : sent
                        + (broken.contains(WorkerMutant.LEASE_WITHOUT_HELD)
                                        ? 0
                                        : answer.lasting().heldMs())
                                * 1_000_000
                        + answer.lasting().leaseMs() * 1_000_000;
        if (answer.lasting().leaseMs() > 0) {
            lease(ends);
        }
        answer.executions().forEach(task -> begin(task, ends));
        if (!answer.course().moveTo().isEmpty()) {
            elsewhere();
        } else if (isNewest) {
            exchange();
        }
    }

    private void begin(Exchanged.Task task, long leaseEnd) {
        boolean isKnown = running.containsKey(task.id()) || results.containsKey(task.id());
        if (isKnown && !broken.contains(WorkerMutant.EXCHANGE_WITHOUT_SEQUENCE)) {
            return;
        }
        if (leaseEnd - watch.nanoTime() <= 0) {
            ledger.comesTooLate(this, task);
        }
        if (leaseEnd - watch.nanoTime() <= 0 || takesNoMore || running.size() >= slots) {
            results.put(task.id(), new Result(task.id(), Result.Ending.ABANDONED, null, "", ""));
            return;
        }
        WorkerLedger.Entry entry = ledger.started(this, task);
        Running one = new Running(entry, watch.nanoTime());
        running.put(task.id(), one);
        Duration takes =
                Duration.ofMillis(random.nextInt(4) == 0 ? 1_000 + random.nextInt(6_000) : 20 + random.nextInt(400));
        watch.after(takes, () -> {
            if (running.get(task.id()) == one) {
                end(task.id(), ENDINGS.get(random.nextInt(ENDINGS.size())));
            }
        });
    }

    private void end(String id, Result.Ending ending) {
        Running one = running.remove(id);
        if (one != null) {
            one.entry.ended = watch.now();
            one.entry.ending = ending;
            results.put(id, new Result(id, ending, ending == Result.Ending.FAILED ? "no" : null, "", ""));
            exchange();
        }
    }

    private void cancelled(String id) {
        Running one = running.get(id);
        if (one != null) {
            one.entry.isClean = false;
            end(id, Result.Ending.ABANDONED);
        }
    }

    // ---- Its lease ------------------------------------------------------------------------------------------------

    private void lease(long ends) {
        leaseEnds = ends;
        watch.after(Duration.ofNanos(Math.max(0, ends - watch.nanoTime())), () -> {
            if (watch.nanoTime() - leaseEnds >= 0) {
                new HashSet<>(running.keySet()).forEach(this::cancelled);
            }
        });
    }
}
