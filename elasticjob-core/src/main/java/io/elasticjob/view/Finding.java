package io.elasticjob.view;

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
        /** The answering instance cannot use the job. */
        UNUSABLE,
        /** An operator has drained the answering instance. */
        INSTANCE_DRAINED,
        /** The answering instance's clock is too far from the registry's, so that it takes nothing. */
        CLOCK_OFF,
        /** The answering instance's clock is too far from the registry's, which does no harm. */
        CLOCK_IGNORED,
        /** The registry's clock has stepped, and the answering instance does not follow it. */
        REGISTRY_CLOCK_STEPPED,
        /** The answering instance runs as much as it may. */
        NO_FREE_SLOT,
        /** The answering instance runs as much as it may, and all of that goes on for too long. */
        SLOTS_STUCK,
        /** The job as a whole is switched off. */
        DISABLED,
        SHARD_DISABLED,
        /** Another number of shards, or other parameters of theirs, hold only from a firing on that is to come. */
        SHARDS_CHANGE,
        /** An operator has laid another value over one that is declared. */
        DECLARATION_HIDDEN,
        /** Several live instances bear one name. */
        NAME_SHARED,
        /** It fires by no schedule. */
        NO_SCHEDULE,
        /** Its schedule has no fire time any more. */
        SCHEDULE_OVER,
        /** No live instance of its application declares it, so that it pauses. */
        UNDECLARED,
        /** No live instance may run it. */
        NO_ELIGIBLE_INSTANCE,
        /** Why one live instance may not; told where none may, and of a job that each instance runs as a whole. */
        INSTANCE_NOT_ELIGIBLE,
        /** Fewer instances may run it than it asks for, so that it waits. */
        TOO_FEW_INSTANCES,
        /** Each instance that may run it has as many of its shards as it may have. */
        NO_ROOM,
        /** A shard is due, and its instance has had no slot for it for long. */
        STARVED,
        /** The instance that a shard is at home with may not run it at present: another one does. */
        AWAY_FROM_HOME,
        /** A shard is that of an instance that is gone, or may not run the job: it is taken back soon. */
        PROCESS_GONE,
        /** A shard is due, and a limit of its job has no room. */
        LIMITED,
        /** No instance has declared a limit of the job, so that nothing starts. */
        LIMIT_UNKNOWN,
        /** What is stored of a shard cannot be read by the answering instance. */
        SHARD_UNREADABLE,
        /** A live instance runs a shard; what comes due waits for its end. */
        RUNNING,
        /** A firing of a shard has failed, and waits to be run again. */
        RETRY_WAITING,
        /** What runs of a shard was cancelled, by an operator or by its timeout, and has not ended. */
        CANCELLED,
        /** What was cancelled is recorded, and goes on all the same. */
        LINGERING,
        /** The one that ran a shard is not among the live instances. */
        OWNER_GONE,
        /** The one that looked after an array on a cluster is not among the live instances; the array goes on there. */
        ARRAY_ALONE,
        /** A firing has come due and nobody has begun it. */
        DUE,
        /** A firing came due too long ago, and the job says to skip such ones. */
        MISFIRE_SKIPPED,
        /** Firings of a shard wait to be run one after another. */
        FIRINGS_WAITING,
        /** A firing that is recorded as a whole is open: the next one waits until its last shard has ended. */
        FIRING_OPEN,
        /** A firing waits for its planner, which decides into which shards it is split. */
        FIRING_PLANNING,
        /** A firing that is recorded as a whole waits for its listeners, and the next one for it. */
        FIRING_LISTENERS,
        /** It names a job in {@code after} that is not there, or whose firings are not recorded. */
        PREDECESSOR_UNKNOWN,
        /** It runs after firings of other jobs. */
        RUNS_AFTER,
        /** A firing has not ended by its deadline, which was told. */
        DEADLINE_MISSED,
        TRIGGERS_WAITING,
        /** A firing by hand, or several, are to come. */
        PLANNED,
        /** When it fires next, if nothing changes. */
        NEXT_FIRING,
        /** A change of the clock, within a year, skips the reading that a firing is named for: it comes at another one. */
        CLOCK_CHANGE,
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
