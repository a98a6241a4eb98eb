package io.elasticjob.gateway;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.gateway.wire.Attach;
import io.elasticjob.gateway.wire.Attached;
import io.elasticjob.gateway.wire.Exchange;
import io.elasticjob.gateway.wire.Exchanged;
import io.elasticjob.memory.Faults;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gateways and workers in virtual time, with everything going wrong between them, and between gateways and their registry, that
 * a seed says. First a time of trouble, then a time of quiet, in which everybody comes to an end with what there is to do.
 * Depends on nothing but its seed.
 */
final class WorkerSimulation implements SimulatedWorker.Wire {

    private static final Duration TROUBLE = Duration.ofSeconds(45);
    private static final Duration RECOVERY = Duration.ofSeconds(30);
    private static final Duration QUIET = Duration.ofSeconds(20);

    private static final Map<String, Duration> PERIODS =
            Map.of("fast", Duration.ofSeconds(2), "slow", Duration.ofSeconds(7));
    private static final Map<String, Integer> SHARDS = Map.of("fast", 4, "slow", 3);

    private final VirtualTime time = new VirtualTime(Instant.parse("2026-03-01T00:00:00Z"));
    private final VirtualTime.Watch clock = time.watch(Duration.ZERO);
    private final MemoryEnsemble ensemble = new MemoryEnsemble(clock);
    private final WorkerLedger ledger = new WorkerLedger(time, ensemble);
    private final List<SimulatedGateway> gateways = new ArrayList<>();
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private final Set<WorkerMutant> broken;
    private final SplittableRandom random;
    private final List<JobDefinition> jobs;
    private boolean isCalm;
    private int named;

    WorkerSimulation(long seed, WorkerMutant... broken) {
        this.random = new SplittableRandom(seed);
        this.broken = Set.of(broken);
        this.jobs = List.of(job("fast", true), job("slow", random.nextBoolean()));
    }

    private JobDefinition job(String name, boolean failover) {
        JobDefinition.Builder job = JobDefinition.named(name)
                .every(PERIODS.get(name))
                .shards(SHARDS.get(name))
                .failover(failover)
                .set(JobKey.HANDLER, "resize");
        if (random.nextInt(3) == 0) {
            job.set(JobKey.TIMEOUT, "3s");
        }
        return job.build();
    }

    /** Runs it to its end. Gives what was violated, empty when every promise was kept. */
    List<String> run() {
        for (int i = 0; i < 3; i++) {
            startGateway();
        }
        for (int i = 0; i < 4; i++) {
            startWorker();
        }
        time.pass(Duration.ofSeconds(4));
        Instant until = time.now().plus(TROUBLE);
        while (time.now().isBefore(until)) {
            time.pass(millis(200, 2_500));
            trouble();
        }
        calm();
        time.pass(RECOVERY);
        ledger.quiet();
        Instant since = time.now();
        time.pass(QUIET);
        ledger.checkQuiet(PERIODS, SHARDS, since);
        workers.forEach(SimulatedWorker::takeNoMore);
        time.pass(Duration.ofSeconds(25));
        workers.stream().filter(worker -> !worker.isDead()).forEach(ledger::checkDone);
        return ledger.violations();
    }

    String report() {
        return ledger.report();
    }

    int adoptions() {
        return ledger.adoptions();
    }

    // ---- What goes wrong ------------------------------------------------------------------------------------------

    private void trouble() {
        SimulatedGateway gateway = any(
                gateways.stream().filter(one -> one.stays() && !one.isFrozen()).toList());
        SimulatedWorker worker = any(
                workers.stream().filter(one -> !one.isDead() && !one.isFrozen()).toList());
        int what = random.nextInt(12);
        if (what < 6 && gateway == null || what >= 6 && worker == null) {
            return;
        }
        switch (what) {
            case 0, 1 -> {
                ledger.note("--- " + gateway.name + " is killed");
                gateway.kill();
                clock.after(millis(0, 4_000), this::startGateway);
            }
            case 2 -> {
                ledger.note("--- " + gateway.name + " stops");
                gateway.stop();
                startGateway();
            }
            case 3 -> {
                ledger.note("--- " + gateway.name + " is held up");
                gateway.freeze();
                clock.after(millis(500, 9_000), () -> thaw(gateway));
            }
            case 4, 5 -> {
                ledger.note("--- " + gateway.name + " is cut off");
                gateway.cutOff();
                clock.after(millis(100, 9_000), gateway::heal);
            }
            case 6 -> {
                ledger.note("--- " + worker.name + " is killed");
                worker.kill();
                startWorker();
            }
            case 7 -> {
                ledger.note("--- " + worker.name + " is held up");
                worker.freeze();
                clock.after(millis(500, 9_000), () -> thaw(worker));
            }
            default -> {
                ledger.note("--- " + worker.name + " turns elsewhere");
                worker.move();
            }
        }
    }

    private void thaw(SimulatedGateway gateway) {
        if (gateway.isFrozen() && gateway.isThere()) {
            ledger.note("    " + gateway.name + " goes on");
            gateway.thaw();
        }
    }

    private void thaw(SimulatedWorker worker) {
        if (worker.isFrozen() && !worker.isDead()) {
            ledger.note("    " + worker.name + " goes on");
            worker.thaw();
        }
    }

    private void calm() {
        ledger.note("--- all is calm");
        isCalm = true;
        gateways.stream().filter(SimulatedGateway::isThere).forEach(gateway -> {
            thaw(gateway);
            gateway.heal();
        });
        workers.forEach(this::thaw);
        if (gateways.stream().noneMatch(SimulatedGateway::stays)) {
            startGateway();
        }
    }

    private void startGateway() {
        SplittableRandom own = random.split();
        SimulatedGateway gateway =
                new SimulatedGateway("g" + named++, time, ensemble, () -> new Wires(own.split()), jobs, broken);
        ledger.note("    " + gateway.name + " starts");
        gateways.add(gateway);
    }

    private void startWorker() {
        SimulatedWorker worker = new SimulatedWorker("w" + named++, time, this, ledger, random.split(), broken);
        ledger.note("    " + worker.name + " starts");
        workers.add(worker);
        worker.start();
    }

    private <T> @Nullable T any(List<T> all) {
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }

    private Duration millis(int from, int to) {
        return Duration.ofMillis(from + random.nextInt(to - from));
    }

    /** Between a gateway and its registry. */
    private final class Wires implements Faults {

        private final SplittableRandom own;

        Wires(SplittableRandom own) {
            this.own = own;
        }

        private Duration wire() {
            boolean isSlow = !isCalm && own.nextInt(20) == 0;
            return Duration.ofNanos(1_000L * (isSlow ? own.nextInt(400_000) : 200 + own.nextInt(800)));
        }

        @Override
        public Duration request() {
            return wire();
        }

        @Override
        public Duration answer() {
            return wire();
        }

        @Override
        public boolean arrives() {
            return own.nextBoolean();
        }

        @Override
        public Duration reconnect() {
            return Duration.ofMillis(own.nextInt(isCalm ? 50 : 1_000));
        }

        @Override
        public Duration lag() {
            return Duration.ofMillis(isCalm ? 1 : own.nextInt(4) == 0 ? own.nextInt(600) : 1);
        }
    }

    // ---- Between workers and gateways -----------------------------------------------------------------------------

    @Override
    public @Nullable SimulatedGateway next(@Nullable SimulatedGateway before) {
        List<SimulatedGateway> others = gateways.stream()
                .filter(SimulatedGateway::stays)
                .filter(one -> one != before)
                .toList();
        SimulatedGateway other = any(others);
        return other == null && before != null && before.stays() ? before : other;
    }

    @Override
    public void attach(
            SimulatedWorker from, SimulatedGateway to, Attach request, SimulatedWorker.Answer<Attached> answer) {
        ledger.note(from.name + " attaches at " + to.name + ", holds "
                + request.holds().size());
        send(from, to, promise -> to.desk.attach(CALLER, request, promise), answer);
    }

    @Override
    public void exchange(
            SimulatedWorker from,
            SimulatedGateway to,
            String id,
            Exchange request,
            SimulatedWorker.Answer<Exchanged> answer) {
        if (broken.contains(WorkerMutant.LEASE_BY_OTHER_THREADS) && to.isFrozen()) {
            clock.after(
                    Duration.ofMillis(300),
                    () -> from.watch.execute(() -> answer.came(
                            new Exchanged(
                                    request.seq(),
                                    new Exchanged.Lasting(
                                            300,
                                            Lease.whole(SimulatedGateway.SESSION)
                                                    .toMillis()),
                                    Exchanged.Told.NOTHING,
                                    List.of(),
                                    List.of(),
                                    Exchanged.Course.ON),
                            null)));
            return;
        }
        send(from, to, promise -> to.desk.exchange(CALLER, id, request, to.watch.nanoTime(), promise), answer);
    }

    private static final Caller CALLER = new Caller("worker", Grants.ALL);

    private <T> void send(
            SimulatedWorker from, SimulatedGateway to, Consumer<Promise<T>> deed, SimulatedWorker.Answer<T> answer) {
        int copies = isCalm ? 1 : random.nextInt(15) == 0 ? 0 : random.nextInt(12) == 0 ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            clock.after(wire(), () -> {
                if (!to.isThere()) {
                    return; // there is no answer from one that is gone
                }
                to.watch.execute(() -> {
                    Promise<T> promise = new Promise<>(Runnable::run);
                    promise.stage().whenComplete((told, problem) -> back(from, answer, told, problem));
                    promise.tryTo(() -> deed.accept(promise));
                });
            });
        }
    }

    private <T> void back(
            SimulatedWorker from, SimulatedWorker.Answer<T> answer, @Nullable T told, @Nullable Throwable problem) {
        int copies = isCalm ? 1 : random.nextInt(15) == 0 ? 0 : random.nextInt(12) == 0 ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            clock.after(wire(), () -> from.watch.execute(() -> answer.came(told, problem)));
        }
    }

    private Duration wire() {
        boolean isSlow = !isCalm && random.nextInt(8) == 0;
        return Duration.ofMillis(isSlow ? random.nextInt(2_500) : 1 + random.nextInt(5));
    }
}
