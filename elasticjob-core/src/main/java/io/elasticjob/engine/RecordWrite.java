package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.ShardStep;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A write of a shard's record, from the decision to its settlement. */
sealed interface RecordWrite {

    ShardRecord next();

    /** Whether it is written under the claim alone, whatever became of the job and its settings. */
    default boolean isOfExecution() {
        return false;
    }

    /**
     * @param owner the id of this instance when it was decided, as the record will say
     * @param definition that it was decided under, and is begun under
     * @param jobVersion of the node that the definition was read from
     * @param superseded how many older firings are never run because of it
     * @param freeSince when the execution before it ended; null when there was none
     */
    record Claim(
            ShardRecord next,
            String owner,
            ShardStep.Claim step,
            JobDefinition definition,
            int jobVersion,
            long superseded,
            @Nullable Instant freeSince)
            implements RecordWrite {}

    record Progress(ShardRecord next, Checkpoint checkpoint) implements RecordWrite {
        @Override
        public boolean isOfExecution() {
            return true;
        }
    }

    /** Of an execution that goes on under this instance, and was another one's. */
    record Adoption(ShardRecord next) implements RecordWrite {
        @Override
        public boolean isOfExecution() {
            return true;
        }
    }

    /** Of an execution that was told to end. */
    record Stopping(ShardRecord next) implements RecordWrite {
        @Override
        public boolean isOfExecution() {
            return true;
        }
    }

    record Completion(ShardRecord next) implements RecordWrite {
        @Override
        public boolean isOfExecution() {
            return true;
        }
    }

    /** Of a claim that came to nothing. */
    record GiveBack(ShardRecord next) implements RecordWrite {
        @Override
        public boolean isOfExecution() {
            return true;
        }
    }

    record Settlement(ShardRecord next, @Nullable ElasticJobEvent event) implements RecordWrite {}
}
