package io.elasticjob.coordination;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that is known about why a job does not run, or did not.
 *
 * @param text a sentence for people
 * @param fields the same for machines: texts, numbers, instants, lists of them
 */
public record Finding(Code code, String text, Map<String, Object> fields) {

    /** What a finding is about. The names are part of the endpoint's answers. */
    public enum Code {
        /** The answering instance has lost the registry: what it tells is what it last knew. */
        REGISTRY_AWAY,
        /** The answering instance can not use the job. */
        UNUSABLE,
        /** An operator has drained the answering instance. */
        INSTANCE_DRAINED,
        /** The answering instance's clock is too far from the registry's, so that it takes nothing. */
        CLOCK_OFF,
        /** The answering instance runs as much as it may. */
        NO_FREE_SLOT,
        /** The job as a whole is switched off. */
        DISABLED,
        SHARD_DISABLED,
        /** It fires by no schedule. */
        NO_SCHEDULE,
        /** Its schedule has no fire time any more. */
        SCHEDULE_OVER,
        /** No live instance may run it. */
        NO_ELIGIBLE_INSTANCE,
        /** Why one live instance may not; told only where none may. */
        INSTANCE_NOT_ELIGIBLE,
        /** What is stored of a shard can not be read by the answering instance. */
        SHARD_UNREADABLE,
        /** A live instance runs a shard; what comes due waits for its end. */
        RUNNING,
        /** Whoever ran a shard is not among the live instances. */
        OWNER_GONE,
        /** A firing has come due and nobody has begun it. */
        DUE,
        /** A firing came due too long ago, and the job says to skip such ones. */
        MISFIRE_SKIPPED,
        TRIGGERS_WAITING,
        /** When it fires next, if nothing changes. */
        NEXT_FIRING,
        /** The schedule does not name the instant that was asked about. */
        NOT_A_FIRE_TIME,
        /** The present schedule took effect only later. */
        BEFORE_SINCE,
        /** A shard has run the firing. */
        HAS_RUN,
        /** A shard has run a later firing since; its record tells nothing more of this one. */
        LATER_FIRING_RAN,
        /** It was decided not to run the firing: skipped, or a later one had come due. */
        DECIDED_WITHOUT_RUNNING,
        /** Nothing is recorded of the job, so that nothing can be told. */
        NOT_MONITORED,
        /** The records of the shards could not be read. */
        RECORDS_UNKNOWN
    }

    public Finding {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
}
