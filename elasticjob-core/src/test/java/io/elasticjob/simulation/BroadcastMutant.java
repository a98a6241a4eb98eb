package io.elasticjob.simulation;

import io.elasticjob.Instance;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Rules about jobs that each instance runs as a whole, each broken on its own. */
enum BroadcastMutant implements Mutant {
    /** A process runs what came due before it was there. */
    SHARDS_ARE_GIVEN_FOR_EVER_BEFORE {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.altered(
                    registry,
                    (path, read) -> Interference.isJob(path)
                            ? rewritten(path, read, shards -> since(shards, Instant.EPOCH))
                            : read);
        }
    },

    /** What a process that is gone had begun stays begun, in the shard of the next one. */
    RECORDS_ARE_NOT_TAKEN_BACK {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.without(
                    registry,
                    (all, write) -> Interference.isRecord(write.path())
                            && isOfProcess(write)
                            && all.stream()
                                    .anyMatch(other -> other instanceof Write.Put && Interference.isJob(other.path())));
        }
    },

    /** The shard of a process that is gone is its for ever. */
    NOTHING_IS_TAKEN_BACK {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    boolean takes = writes.stream()
                            .anyMatch(write -> write instanceof Write.Put put
                                    && Interference.isJob(put.path())
                                    && shards(put.path(), put.data()) < shards(put.path(), truth.apply(put.path())));
                    return super.commit(session, takes ? List.of(new Write.Delete("/sim/nowhere", 0)) : writes);
                }
            };
        }
    },

    /** A process claims under the note that it has read, be it another one by now. */
    CLAIMS_DO_NOT_CHECK_WHOSE_THE_SHARD_IS {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.without(
                    registry,
                    (all, write) -> write instanceof Write.Check
                            && Interference.isJob(write.path())
                            && Broadcasts.concerns(Interference.nameOf(write.path())));
        }
    },

    /** A process is another one under each of its sessions. */
    PROCESSES_END_WITH_THEIR_SESSIONS {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.altered(
                    registry,
                    (path, read) -> path.startsWith("/sim/instances/")
                                    && InstanceCodec.decode("any", 0, read.data())
                                            instanceof Decoded.Value<Instance> value
                            ? new Read.Present(InstanceCodec.encode(asIfNew(value.value())), read.stat())
                            : read);
        }
    };

    private static Instance asIfNew(Instance instance) {
        Instance.Process process = instance.process();
        return new Instance(
                instance.id(),
                instance.name(),
                instance.application(),
                instance.labels(),
                new Instance.Process(
                        process.host(), process.pid(), 0, process.startedAt(), process.version(), process.clock()),
                instance.repertoire(),
                instance.availability());
    }

    private static boolean isOfProcess(Write write) {
        return ProcessShards.isOne(Integer.parseInt(Interference.nameOf(write.path())));
    }

    private static ProcessShards since(ProcessShards shards, Instant since) {
        TreeMap<Integer, ProcessShards.Holder> all = new TreeMap<>(shards.byShard());
        all.replaceAll((shard, holder) -> new ProcessShards.Holder(holder.process(), since));
        return new ProcessShards(all);
    }

    private static int shards(String path, Read read) {
        return read instanceof Read.Present present ? shards(path, present.data()) : 0;
    }

    private static int shards(String path, byte[] data) {
        return StoredJobCodec.decode(Interference.nameOf(path), data) instanceof Decoded.Value<StoredJob> job
                ? job.value().shardCount().processes().byShard().size()
                : 0;
    }

    private static Read rewritten(String path, Read.Present read, UnaryOperator<ProcessShards> other) {
        if (!(StoredJobCodec.decode(Interference.nameOf(path), read.data()) instanceof Decoded.Value<StoredJob> job)
                || job.value().shardCount().processes().isEmpty()) {
            return read;
        }
        StoredJob stored = job.value();
        return new Read.Present(
                StoredJobCodec.encode(stored.with(
                        stored.shardCount().with(other.apply(stored.shardCount().processes())))),
                read.stat());
    }
}
