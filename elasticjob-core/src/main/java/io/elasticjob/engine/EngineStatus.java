package io.elasticjob.engine;

import io.elasticjob.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How this instance is doing; a snapshot that costs nothing to take.
 *
 * @param phase where the engine is in its life
 * @param instanceName of the process; outlives sessions
 * @param currentInstance id of the present instance; null while none is registered
 * @param currentSessionTimeout as negotiated; null while there is no session
 * @param away since when the registry can not be reached, by the local clock; null while it can
 * @param awayBecause why, in words; null where that is not known
 * @param clockSkew the registry's clock minus the local one, as last measured; null before the first measurement
 * @param clockOff whether the clocks are too far apart, so that this instance takes nothing new
 * @param activeExecutions claimed or running on this instance now
 * @param slots how many may be
 * @param leader whether this instance is the one of the namespace that does what needs exactly one doer
 * @param overdueJobs how many jobs have a shard whose firing nobody has begun in time, as the leader last saw; 0 on
 *     every other instance
 * @param draining whether this instance was told to take nothing new: it leaves, or an operator said so
 * @param lingeringExecutions how many of the active ones were interrupted, and go on all the same
 * @param stuck since when the engine has stood still, by the local clock, so that its session is given up and all else
 *     here is of that time; null while it turns
 * @param drain an operator's command to take nothing new; null without one
 */
public record EngineStatus(
        Phase phase,
        String instanceName,
        @Nullable String currentInstance,
        @Nullable Duration currentSessionTimeout,
        @Nullable Instant away,
        @Nullable String awayBecause,
        @Nullable Duration clockSkew,
        boolean clockOff,
        int activeExecutions,
        int slots,
        boolean leader,
        int overdueJobs,
        boolean draining,
        int lingeringExecutions,
        @Nullable Instant stuck,
        Instance.@Nullable Drain drain) {

    /** Where an engine is in its life. */
    public enum Phase {
        /** Built, not started. */
        LATENT,
        STARTED,
        CLOSED
    }

    /** Id of the present instance; empty while none is registered. */
    public Optional<String> instance() {
        return Optional.ofNullable(currentInstance);
    }

    /** As negotiated with the registry; empty while there is no session. */
    public Optional<Duration> sessionTimeout() {
        return Optional.ofNullable(currentSessionTimeout);
    }

    /** Since when the registry can not be reached, by the local clock; empty while it can. */
    public Optional<Instant> awaySince() {
        return Optional.ofNullable(away);
    }

    /** An operator's command to take nothing new; empty without one. */
    public Optional<Instance.Drain> drained() {
        return Optional.ofNullable(drain);
    }

    /** The same after the end. */
    EngineStatus closed() {
        return new EngineStatus(
                Phase.CLOSED,
                instanceName,
                null,
                null,
                away,
                awayBecause,
                clockSkew,
                false,
                0,
                slots,
                false,
                0,
                false,
                0,
                null,
                drain);
    }

    /** The same, as the last word of an engine that stands still since then: it leads no more, if it ever did. */
    EngineStatus stuckSince(Instant since) {
        return new EngineStatus(
                phase,
                instanceName,
                currentInstance,
                currentSessionTimeout,
                away,
                awayBecause,
                clockSkew,
                clockOff,
                activeExecutions,
                slots,
                false,
                0,
                draining,
                lingeringExecutions,
                since,
                drain);
    }

    /** Since when the engine has stood still, by the local clock; empty while it turns. */
    public Optional<Instant> stuckSince() {
        return Optional.ofNullable(stuck);
    }

    /** Registered and connected; not while the engine stands still, for then its session is given up. */
    public boolean isConnected() {
        return phase == Phase.STARTED && away == null && currentInstance != null && stuck == null;
    }
}
