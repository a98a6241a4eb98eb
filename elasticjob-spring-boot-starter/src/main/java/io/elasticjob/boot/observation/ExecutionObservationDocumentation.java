package io.elasticjob.boot.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of a job engine, and their keys.
 *
 * @since 0.1.0
 */
public enum ExecutionObservationDocumentation implements ObservationDocumentation {

    /** One execution, on the thread that runs the handler, from just before the handler until it has ended. */
    EXECUTION {
        @Override
        public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
            return DefaultExecutionObservationConvention.class;
        }

        @Override
        public KeyName[] getLowCardinalityKeyNames() {
            return LowCardinality.values();
        }

        @Override
        public KeyName[] getHighCardinalityKeyNames() {
            return HighCardinality.values();
        }

        @Override
        public String getPrefix() {
            return "elasticjob";
        }
    };

    /** Keys with few values: they become tags of meters. */
    public enum LowCardinality implements KeyName {

        /** Name of the job. */
        JOB("job"),

        /**
         * How the handler ended: {@code SUCCEEDED}, {@code SKIPPED}, {@code FAILED}, {@code ABANDONED}, {@code CANCELLED}, {@code TIMED_OUT},
         * {@code MOVED}; {@code none} while it runs.
         */
        OUTCOME("outcome");

        private final String key;

        LowCardinality(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }

    /** Keys that tell one execution from another: for traces, never for meters. */
    public enum HighCardinality implements KeyName {

        /** {@code job/firing/shard/attempt}: there is one execution of this name in the whole namespace. */
        EXECUTION("elasticjob.execution"),

        /** {@code job/firing}, the same on all instances: what links the executions of one firing. */
        FIRING("elasticjob.firing"),

        /** The shard, from 0. */
        SHARD("elasticjob.shard"),

        /** From 1; more when the same firing of the shard is run again. */
        ATTEMPT("elasticjob.attempt"),

        /** Id of the instance that runs it; {@code none} when it was between two sessions. */
        INSTANCE("elasticjob.instance"),

        /** The fencing token of the claim; {@code none} for a job that is not monitored. */
        FENCING_TOKEN("elasticjob.fencing-token");

        private final String key;

        HighCardinality(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }
}
