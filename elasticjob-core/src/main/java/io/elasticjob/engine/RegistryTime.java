package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringClock;
import io.elasticjob.Instance;
import io.elasticjob.coordination.Clocks;
import io.elasticjob.coordination.Horizon;
import io.elasticjob.coordination.RegistryClock;
import io.elasticjob.coordination.RegistryOffset;
import io.elasticjob.coordination.TimeDifference;
import io.elasticjob.coordination.TrustedTime;
import io.elasticjob.registry.Stat;
import io.elasticjob.view.EngineStatus.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The time of the present turn, by this process's own clocks and by the registry's. The one place that says by which of
 * them firings come due: by the registry's, carried on by the stopwatch ({@link TrustedTime}), or by the local clock, as long
 * as that is near enough to the registry's. Every stamp of a write tells the registry's time. It reads no clock: a turn begins
 * with what was read. Confined to the loop.
 */
final class RegistryTime {

    /** How often the registry's time is asked for while it is in doubt: else nothing would be written. */
    private static final Duration ASK_EVERY = Duration.ofSeconds(10);

    /** How often the registry's time is asked for by an instance that writes nothing else. */
    private static final Duration SAMPLE_EVERY = Duration.ofSeconds(30);

    private final Duration maxTimeDiff;
    private final FiringClock by;

    private Clocks clocks = new Clocks(Instant.EPOCH, 0, Duration.ZERO);
    private Instant now = Instant.EPOCH;
    private @Nullable RegistryClock registry;
    private TimeDifference difference = TimeDifference.UNKNOWN;
    private TrustedTime trusted = TrustedTime.UNKNOWN;
    private TrustedTime.Others others = TrustedTime.Others.UNKNOWN;
    private WallClock wallClock = WallClock.RIGHT;
    private @Nullable Duration step;
    private Instance.@Nullable Clock report;
    private long askedNanos;
    private long toldNanos;

    /** When the latest change that was heard of was made, by the registry's clock; null before the first. */
    private @Nullable Instant shown;

    private long shownBy;

    /** @param maxTimeDiff how far from the registry's the local clock may be for this instance to take firings by it */
    RegistryTime(Duration maxTimeDiff, FiringClock by) {
        this.maxTimeDiff = maxTimeDiff;
        this.by = by;
    }

    /** Begins a turn. */
    void turn(Clocks read) {
        clocks = read;
        now = believed().orElse(read.wall());
    }

    /** The registry's time, where firings come due by it; empty where they do not, or while none is believed. */
    private Optional<Instant> believed() {
        return trusted.now(nanos());
    }

    /** Makes this turn at least as late as a fire time that was told: a fire source may ring a little early. */
    void notBefore(Instant fireTime) {
        Instant rung = clocks.rung(fireTime);
        if (by == FiringClock.LOCAL && now.isBefore(rung)) { // it rings by the local clock
            now = rung;
        }
    }

    /** What time it is, the same for all that is decided in this turn. */
    Instant now() {
        return now;
    }

    /** How long to wait until it is this time; zero or negative when it is already. */
    Duration until(Instant time) {
        Duration left = Duration.between(now, time);
        return by == FiringClock.LOCAL || left.isNegative() ? left : RegistryOffset.passing(left);
    }

    /** What the local clock shows: for what others hold against it, and for jumps of it that count as elapsed time. */
    Instant wall() {
        return clocks.wall();
    }

    /** The stopwatch at the beginning of this turn. */
    long nanos() {
        return clocks.nanos();
    }

    /** Both local clocks at the beginning of this turn, as they were read: for what compares them. */
    Clocks clocks() {
        return clocks;
    }

    // ---- The registry's clock --------------------------------------------------------------------------------------

    /** Takes note of the registry's time of a write, with what the stopwatch showed when it was sent and answered. */
    void stamped(Instant stamp, long sent, long answered) {
        RegistryClock read = RegistryClock.stamped(stamp, sent, answered);
        registry = registry == null ? read : registry.then(read);
        toldNanos = nanos();
        if (by == FiringClock.REGISTRY) {
            trusted = trusted.told(
                    RegistryOffset.stamped(stamp, sent, answered), new TrustedTime.Local(clocks, others), maxTimeDiff);
        }
    }

    /** A change of a node was heard of, whoever made it: the registry's clock has shown that. The latest change counts. */
    void shown(Stat stat) {
        if (shown == null || stat.modified() >= shownBy) {
            shown = stat.modifiedAt();
            shownBy = stat.modified();
        }
    }

    /** The registry has forgotten changes. */
    void forgotten() {
        shown = null;
    }

    /** The other live instances are known: whether one of them holds that the registry's clock has stepped. */
    void others(boolean hold) {
        others = hold ? TrustedTime.Others.HOLD : TrustedTime.Others.FOLLOW;
    }

    /** Whether it is known what is due, or that nothing is to be taken: by the registry's clock, before that is believed, neither. */
    boolean isKnown() {
        return by == FiringClock.LOCAL || trusted.believed().isPresent() || isOff();
    }

    /** The registry's clock as last read; empty before it first told the time. */
    Optional<RegistryClock> registryClock() {
        return Optional.ofNullable(registry);
    }

    /** The registry's time now, as it is believed; empty before it was first told. */
    Optional<Instant> told() {
        return believed().or(() -> registryClock().map(clock -> clock.now(nanos())));
    }

    /** The registry's time now, as well as it can be known here. */
    Instant registryNow() {
        return told().orElse(now);
    }

    /**
     * Compares the clocks, before anything is claimed in this turn: what its answers have told of the registry's time counts
     * from now on. Gives what is to be told if a clock is trusted no more, or is again.
     */
    List<ElasticJobEvent> compare() {
        now = believed().orElse(now);
        difference = difference.seen(judged(), clocks, maxTimeDiff);
        List<ElasticJobEvent> news = new ArrayList<>();
        compareStep().ifPresent(news::add);
        compareWall().ifPresent(news::add);
        report = reportNow();
        return news;
    }

    /** The registry's clock as the local one is compared with it. */
    private @Nullable RegistryClock judged() {
        return trusted.believed()
                .map(offset -> offset.at(nanos()))
                .map(offset -> new RegistryClock(offset.middle(), offset.nanos(), offset.uncertainty()))
                .orElse(registry);
    }

    private Optional<ElasticJobEvent> compareStep() {
        Duration before = step;
        step = trusted instanceof TrustedTime.Held held ? held.stepped() : null;
        if ((before == null) == (step == null)) {
            return Optional.empty();
        }
        return Optional.of(new ElasticJobEvent.RegistryClockStepped(step == null ? Duration.ZERO : step, step != null));
    }

    private Optional<ElasticJobEvent> compareWall() {
        Duration skew = difference.skew();
        WallClock before = wallClock;
        wallClock = wallClockNow();
        if (skew == null || wallClock == before) {
            return Optional.empty();
        }
        return Optional.of(
                switch (wallClock) {
                    case RIGHT -> new ElasticJobEvent.ClockRight(skew);
                    case IGNORED -> new ElasticJobEvent.ClockIgnored(skew, maxTimeDiff);
                    case REFUSED -> new ElasticJobEvent.ClockOff(skew, maxTimeDiff);
                });
    }

    private WallClock wallClockNow() {
        if (trusted instanceof TrustedTime.Refused) {
            return WallClock.REFUSED;
        }
        if (!difference.isTooLarge() || trusted instanceof TrustedTime.Unsure) {
            return WallClock.RIGHT;
        }
        return by == FiringClock.REGISTRY ? WallClock.IGNORED : WallClock.REFUSED;
    }

    /** Small changes are no reason to write a node again that others watch. */
    private Instance.@Nullable Clock reportNow() {
        Duration skew = difference.skew();
        if (skew == null || wallClock == WallClock.RIGHT && step == null) {
            return null;
        }
        Instance.Clock before = report;
        boolean isAsBefore = before != null && isNear(before.skew(), skew) && (step == null) == (before.step() == null);
        return isAsBefore ? before : new Instance.Clock(rounded(skew), step == null ? null : rounded(step));
    }

    private boolean isNear(Duration one, Duration other) {
        return one.minus(other).abs().compareTo(maxTimeDiff) <= 0;
    }

    private static Duration rounded(Duration value) {
        return Duration.ofMillis(value.toMillis());
    }

    /** What is to be shown to others of the local clock; null while there is nothing to be said. */
    Instance.@Nullable Clock report() {
        return report;
    }

    /** What is made of the local clock. */
    WallClock wallClock() {
        return wallClock;
    }

    /** Whether the local clock is too far from the registry's, and nothing else says what is due. */
    boolean isOff() {
        return wallClock == WallClock.REFUSED;
    }

    /** The registry's clock minus the local one, as last seen; null before. */
    @Nullable
    Duration skew() {
        return difference.skew();
    }

    /** By how much the registry's clock has stepped alone, so that it is not followed; null while it is. */
    @Nullable
    Duration step() {
        return step;
    }

    /** Whether it is time to write this instance's node for the sake of its stamp. */
    boolean isToBeAsked() {
        return by == FiringClock.LOCAL && isOff() && nanos() - askedNanos >= ASK_EVERY.toNanos();
    }

    /** Something is written whose stamp tells the time. */
    void asked() {
        askedNanos = nanos();
    }

    /** Whether it is time to write something that nobody hears of: what was told long ago is less and less sure. */
    boolean isToBeSampled() {
        return by == FiringClock.REGISTRY && nanos() - toldNanos >= pause().toNanos();
    }

    private Duration pause() {
        if (trusted instanceof TrustedTime.Unsure) {
            return others == TrustedTime.Others.UNKNOWN ? ASK_EVERY : Duration.ZERO;
        }
        return trusted instanceof TrustedTime.Believed ? SAMPLE_EVERY : ASK_EVERY;
    }

    // ---- The clocks of others --------------------------------------------------------------------------------------

    /** What lies beyond it was written by a clock that was ahead. */
    Horizon horizon() {
        return new Horizon(registryNow(), maxTimeDiff);
    }

    /**
     * The same for what others go by who may know the time better: an instance that has not heard of a step of the registry's
     * clock yet, or does not follow it, takes nothing for ahead that this clock has reached.
     */
    Horizon horizonOfAll() {
        return new Horizon(registryNow(), maxTimeDiff, shown);
    }

    /**
     * How far ahead a change has to lie that nobody may have begun with: as far as the clocks of others may be ahead, and
     * as long as the write of the change may be under way.
     *
     * @param underWay for how long
     */
    Duration leadTime(Duration underWay) {
        return maxTimeDiff.plus(underWay);
    }
}
