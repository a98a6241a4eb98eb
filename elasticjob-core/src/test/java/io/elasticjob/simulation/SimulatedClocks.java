package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.FiringClock;
import io.elasticjob.registry.Registry;
import io.elasticjob.test.VirtualTime;
import io.elasticjob.testing.Ledger;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper's clock, which may show another time than it is, and what is promised of it: no firing starts before its time by
 * ZooKeeper's clock; and a step by more than clocks may differ is not followed, whoever sees it.
 */
final class SimulatedClocks {

    /** So long what ZooKeeper's clock showed may still be believed: an idle instance asks it so rarely, and a link may be slow. */
    private static final Duration BELIEVED = Duration.ofSeconds(60);

    private final Simulation simulation;
    private final VirtualTime.Watch stamps;

    /** By how much what is believed may be ahead of the time that it is, since each time. */
    private final TreeMap<Instant, Duration> ahead = new TreeMap<>();

    /** What everybody's clock has leapt over, since each time. */
    private final TreeMap<Instant, Duration> leaps = new TreeMap<>();

    private Duration off = Duration.ZERO;
    private @Nullable ClockMutant mutant;

    SimulatedClocks(Simulation simulation, VirtualTime.Watch stamps) {
        this.simulation = simulation;
        this.stamps = stamps;
    }

    void broken(ClockMutant rule) {
        mutant = rule;
    }

    FiringClock of(FiringClock meant) {
        return mutant == null ? meant : mutant.clock(meant);
    }

    Registry wrap(Registry registry) {
        return mutant == null ? registry : mutant.wrap(registry, this::isTooFar);
    }

    /** By how much the clock of a machine goes along with ZooKeeper's. */
    Duration moves() {
        return mutant != null && mutant.isFollowed() ? off : Duration.ZERO;
    }

    private boolean isTooFar() {
        return off.abs().compareTo(Simulation.MAX_TIME_DIFF) > 0;
    }

    /** By a little, or by more than anybody may follow. */
    void step(SplittableRandom random) {
        boolean isLittle =
                random.nextInt(3) > 0 || !simulation.living().stream().allMatch(SimulatedClocks::knowsTheTime);
        long most = isLittle ? Simulation.MAX_TIME_DIFF.toMillis() - 800 : 3_600_000;
        Duration by = Duration.ofMillis(random.nextLong(-most, most));
        set(by, Duration.ofMillis(1 + random.nextInt(20_000)));
    }

    /** One that does not has nothing yet to hold against ZooKeeper's clock. */
    private static boolean knowsTheTime(SimulatedProcess process) {
        EngineStatus.Clock clock = process.engine.status().clock();
        return clock.skew() != null
                && (clock.wall() == EngineStatus.WallClock.IGNORED
                        || clock.skew().abs().compareTo(Simulation.MAX_TIME_DIFF) <= 0);
    }

    /** The jobs go on all the same, each firing once and on time; the clock of one machine jumps as well. */
    void stepInQuietTime(SplittableRandom random) {
        if (simulation.plan.chapter() == Plan.Chapter.CLOCKS) {
            Duration by = Duration.ofMinutes(random.nextBoolean() ? 50 : -50);
            simulation.after(Duration.ofSeconds(17), () -> set(by, Duration.ofSeconds(6)));
            simulation.after(
                    Duration.ofSeconds(25),
                    () -> simulation.living().stream()
                            .findFirst()
                            .ifPresent(process -> simulation.jump(process, by.negated(), Duration.ofSeconds(3))));
        }
    }

    private void set(Duration by, Duration duration) {
        simulation.trace().note("    ZooKeeper's clock is off by " + by);
        set(by);
        simulation.after(duration, () -> {
            if (off.equals(by)) {
                right();
            }
        });
    }

    /** A process that starts, and finds nobody, has nothing to hold against ZooKeeper's clock. */
    void putRightForOneThatStarts() {
        if (isTooFar()) {
            right();
        }
    }

    void right() {
        if (!off.isZero()) {
            simulation.trace().note("    ZooKeeper's clock is right again");
            set(Duration.ZERO);
        }
    }

    private void set(Duration by) {
        off = by;
        leapt();
        // While it is not followed, that of the machine is, as long as it steps by no more than clocks may differ.
        ahead.put(simulation.time.now(), isTooFar() ? Simulation.MAX_TIME_DIFF : by);
        simulation.clocksMoved();
    }

    /** All clocks have leapt, ZooKeeper's with them. */
    void leapt() {
        stamps.skew(simulation.leapt.plus(off));
        leaps.put(simulation.time.now(), simulation.leapt);
    }

    void check(Ledger ledger) {
        if (simulation.plan.chapter() == Plan.Chapter.CLOCKS) {
            ledger.entries().stream()
                    .filter(entry -> entry.id.firing() instanceof Firing.Scheduled)
                    .filter(entry -> latest(entry.started).isBefore(entry.fireTime))
                    .forEach(entry -> simulation.promises.violated("began before its time: " + entry));
        }
    }

    /** The latest time that anybody may have believed. */
    private Instant latest(Instant at) {
        Map.Entry<Instant, Duration> leapt = leaps.floorEntry(at);
        Instant from = at.minus(BELIEVED);
        Duration most =
                ahead
                        .subMap(ahead.floorKey(from) == null ? from : ahead.floorKey(from), true, at, true)
                        .values()
                        .stream()
                        .reduce(Duration.ZERO, (one, other) -> one.compareTo(other) > 0 ? one : other);
        return at.plus(leapt == null ? Duration.ZERO : leapt.getValue()).plus(most);
    }
}
