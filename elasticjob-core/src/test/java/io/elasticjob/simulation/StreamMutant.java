package io.elasticjob.simulation;

import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Rules about executions that move, each broken on its own, as those of {@link Mutant} are. */
enum StreamMutant {
    /** Nobody is asked to stop on its way. */
    NOBODY_IS_ASKED {
        @Override
        boolean asks() {
            return false;
        }
    },
    /** What moved counts as done: the firing does not go on. */
    MOVED_IS_DONE {
        @Override
        ShardRecord moved(ShardRecord givenBack) {
            return new ShardRecord(
                    new ShardState.Done(givenBack.latest().orElseThrow(), Instant.EPOCH),
                    givenBack.decidedThrough(givenBack.fireTime().orElse(null)).past(),
                    givenBack.checkpoint(),
                    givenBack.unknown());
        }
    },
    /** The next owner begins from the beginning. */
    MOVED_FORGETS_ITS_CHECKPOINT {
        @Override
        ShardRecord moved(ShardRecord givenBack) {
            return givenBack.withCheckpoint(null);
        }
    },
    /** What moved counts as one that failed for want of an owner. */
    MOVED_IS_A_DEATH {
        @Override
        ShardRecord moved(ShardRecord givenBack) {
            ShardState.Attempt attempt = givenBack.latest().orElseThrow();
            return new ShardRecord(
                    new ShardState.Idle(new ShardState.Attempt(
                            attempt.firing(),
                            attempt.owner(),
                            attempt.number(),
                            attempt.deaths() + 1,
                            attempt.token(),
                            attempt.startedAt())),
                    givenBack.past(),
                    givenBack.checkpoint(),
                    givenBack.unknown());
        }
    };

    boolean asks() {
        return true;
    }

    ShardRecord moved(ShardRecord givenBack) {
        return givenBack;
    }

    Registry wrap(Registry registry) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                return super.commit(
                        session, writes.stream().map(StreamMutant.this::broken).toList());
            }
        };
    }

    private Write broken(Write write) {
        if (write instanceof Write.Put put
                && put.path().startsWith("/sim/shards/")
                && ShardRecordCodec.decode(put.data()) instanceof Decoded.Value<ShardRecord> record
                && record.value().state() instanceof ShardState.Idle idle
                && idle.givenBack() != null
                && Outcome.Moved.NAME.equals(record.value().outcome())) {
            return new Write.Put(put.path(), ShardRecordCodec.encode(moved(record.value())), put.version());
        }
        return write;
    }
}
