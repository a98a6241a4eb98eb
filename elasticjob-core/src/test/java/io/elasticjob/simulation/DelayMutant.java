package io.elasticjob.simulation;

import static io.elasticjob.simulation.Interference.altered;
import static io.elasticjob.simulation.Interference.isJob;
import static io.elasticjob.simulation.Interference.nameOf;
import static io.elasticjob.simulation.Interference.rewritten;

import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import java.util.function.Function;

/** Rules about fixed delays, each broken on its own. */
enum DelayMutant implements Mutant {
    /** A delay counts from the fire time, not from the end. */
    DELAY_FROM_THE_FIRE_TIME {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return rewritten(
                    registry,
                    Interference::isDelayed,
                    (before, record) -> record.state() instanceof ShardState.Done
                            ? record.correctedThrough(record.fireTime().orElse(record.through()))
                            : record,
                    truth);
        }
    },

    /** A delay counts from the end of whatever ran, be it by hand. */
    DELAY_FROM_ANY_END {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return rewritten(
                    registry,
                    Interference::isDelayed,
                    (before, record) ->
                            record.state() instanceof ShardState.Done && record.firing() instanceof Firing.Triggered
                                    ? record.decidedThrough(record.finishedAt())
                                    : record,
                    truth);
        }
    },

    /** A delay counts from the last end, however long the job was off since, or had another schedule. */
    DELAY_WITHOUT_SINCE {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return altered(
                    registry,
                    (path, read) -> path.startsWith("/sim/jobs/after-each")
                                    && isJob(path)
                                    && StoredJobCodec.decode(nameOf(path), read.data())
                                            instanceof Decoded.Value<StoredJob> found
                            ? new Read.Present(StoredJobCodec.encode(since(found.value())), read.stat())
                            : read);
        }

        private StoredJob since(StoredJob job) {
            return new StoredJob(
                    job.name(),
                    job.life(),
                    job.settings(),
                    job.since().minusSeconds(3_600),
                    job.shardCount(),
                    job.marks(),
                    job.unknown());
        }
    },

    /** What was missed of a fixed delay is skipped one by one. */
    DELAYS_ARE_SKIPPED_ONE_BY_ONE {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return rewritten(
                    registry,
                    Interference::isDelayed,
                    (before, record) -> !before.isRunning()
                                    && !record.isRunning()
                                    && before.through() != null
                                    && record.through() != null
                                    && record.through().isAfter(before.through())
                            ? record.correctedThrough(before.through().plusMillis(3_700))
                            : record,
                    truth);
        }
    },

    /** A firing by fixed delay is named by the clock of the one that begins it. */
    DELAYS_ARE_NAMED_BY_THE_CLOCK {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return rewritten(
                    registry,
                    Interference::isDelayed,
                    (before, record) -> record.state() instanceof ShardState.Running running
                                    && record.firing() instanceof Firing.Scheduled
                                    && !before.isRunning()
                                    && record.startedAt() != null
                            ? new ShardRecord(
                                    new ShardState.Running(new ShardState.Attempt(
                                            new Firing.Scheduled(record.startedAt()),
                                            running.attempt().owner(),
                                            running.attempt().number(),
                                            running.attempt().deaths(),
                                            running.attempt().token(),
                                            record.startedAt())),
                                    record.past(),
                                    record.checkpoint(),
                                    record.unknown())
                            : record,
                    truth);
        }
    }
}
