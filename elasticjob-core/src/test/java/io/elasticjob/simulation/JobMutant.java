package io.elasticjob.simulation;

import static io.elasticjob.simulation.Interference.altered;
import static io.elasticjob.simulation.Interference.isCheckUnder;
import static io.elasticjob.simulation.Interference.isJob;
import static io.elasticjob.simulation.Interference.isRecord;
import static io.elasticjob.simulation.Interference.isTrigger;
import static io.elasticjob.simulation.Interference.nameOf;
import static io.elasticjob.simulation.Interference.says;
import static io.elasticjob.simulation.Interference.without;

import io.elasticjob.Instance;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Rules about jobs: who declares and owns them, their settings and switches, and when they go, each broken on its own. */
enum JobMutant implements Mutant {
    /** Who started last is told by the clocks of those who started. */
    DECLARATIONS_BY_CLOCK {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths).thenApply(reads -> {
                        List<Read> clocked = new ArrayList<>();
                        for (int i = 0; i < reads.size(); i++) {
                            clocked.add(
                                    paths.get(i).startsWith("/sim/instances/") ? clocked(reads.get(i)) : reads.get(i));
                        }
                        return clocked;
                    });
                }
            };
        }

        private Read clocked(Read read) {
            if (!(read instanceof Read.Present present)
                    || !(InstanceCodec.decode("x", 0, present.data()) instanceof Decoded.Value<Instance> decoded)) {
                return read;
            }
            Instance instance = decoded.value();
            long wrongBy = Math.floorMod(instance.name().hashCode(), 20) * 500L;
            Stat stat = present.stat();
            return new Read.Present(
                    present.data(),
                    new Stat(
                            instance.process().startedAt().toEpochMilli() + wrongBy,
                            stat.modified(),
                            stat.version(),
                            stat.createdAt(),
                            stat.modifiedAt()));
        }
    },

    /** A claim is made under whatever settings the job has when it arrives. */
    NO_CHECK_OF_THE_JOB {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> isCheckUnder("/sim/jobs/", write) && !isTrigger(write.path()));
        }
    },

    /** A claim is made in whatever life of the job there is when it arrives. */
    NO_CHECK_OF_THE_LIFE {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> isCheckUnder("/sim/shards/", write) && !isRecord(write.path()));
        }
    },

    /** Who has seen a job removed makes it anew. */
    REMOVED_JOBS_COME_BACK {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                private final Map<String, byte[]> known = new LinkedHashMap<>();

                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths).thenApply(reads -> {
                        for (int i = 0; i < paths.size(); i++) {
                            String path = paths.get(i);
                            byte[] data = known.get(path);
                            if (reads.get(i) instanceof Read.Present present && path.startsWith("/sim/jobs/")) {
                                known.put(path, present.data());
                            } else if (data != null) {
                                commit(session, List.of(new Write.Create(path, data, Write.Life.PERSISTENT)));
                            }
                        }
                        return reads;
                    });
                }
            };
        }
    },

    /** What nobody declares is forgotten at once. */
    FORGOTTEN_AT_ONCE {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    return super.commit(
                            session,
                            writes.stream()
                                    .map(write -> write instanceof Write.Put put && says(put.data(), "undeclaredSince")
                                            ? new Write.Delete(put.path(), put.version())
                                            : write)
                                    .toList());
                }
            };
        }
    },

    /** Whoever offers the handler of a job runs it, be it declared by somebody or not. */
    UNDECLARED_JOBS_RUN_ON {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return altered(
                    registry,
                    (path, read) -> path.startsWith("/sim/instances/")
                                    && InstanceCodec.decode("x", 0, read.data())
                                            instanceof Decoded.Value<Instance> found
                            ? new Read.Present(InstanceCodec.encode(declaringAll(found.value())), read.stat())
                            : read);
        }

        private Instance declaringAll(Instance live) {
            return new Instance(
                    live.id(),
                    live.name(),
                    live.application(),
                    live.labels(),
                    live.process(),
                    new Instance.Repertoire(
                            live.handlers(),
                            live.handlers(),
                            live.strategies(),
                            live.repertoire().jobFormat(),
                            live.calendars(),
                            live.repertoire().limits()),
                    live.availability());
        }
    },

    /** A job belongs to whatever application looks at it. */
    JOBS_BELONG_TO_WHO_LOOKS {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                private String own = "sim";

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    writes.stream()
                            .filter(write -> write.path().startsWith("/sim/instances/"))
                            .filter(write -> write instanceof Write.Create create && says(create.data(), "rival"))
                            .forEach(write -> own = "rival");
                    return super.commit(session, writes);
                }

                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths).thenApply(reads -> {
                        List<Read> owned = new ArrayList<>();
                        for (int i = 0; i < paths.size(); i++) {
                            boolean isJob = isJob(paths.get(i));
                            owned.add(
                                    isJob && reads.get(i) instanceof Read.Present present
                                            ? new Read.Present(owned(present.data()), present.stat())
                                            : reads.get(i));
                        }
                        return owned;
                    });
                }

                private byte[] owned(byte[] job) {
                    return new String(job, StandardCharsets.UTF_8)
                            .replace("\"application\":\"sim\"", "\"application\":\"" + own + "\"")
                            .getBytes(StandardCharsets.UTF_8);
                }
            };
        }
    },

    /** Who forgets a job does not look at its records. */
    FORGOTTEN_WHATEVER_RUNS {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(without(
                    registry,
                    (all, write) -> write instanceof Write.Check
                            && isRecord(write.path())
                            && all.stream().anyMatch(one -> one instanceof Write.Delete && isJob(one.path())))) {
                private String folder = "none";

                @Override
                public CompletionStage<List<String>> children(Session session, String path) {
                    folder = path.matches("/sim/shards/[^/]+") ? path : folder;
                    return super.children(session, path);
                }

                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    boolean looks = paths.stream().allMatch(path -> path.startsWith(folder + "/"));
                    return super.read(session, paths)
                            .thenApply(reads -> looks
                                    ? reads.stream()
                                            .map(read -> read instanceof Read.Present present
                                                    ? new Read.Present(
                                                            "{\"format\":1,\"state\":\"IDLE\"}"
                                                                    .getBytes(StandardCharsets.UTF_8),
                                                            present.stat())
                                                    : read)
                                            .toList()
                                    : reads);
                }
            };
        }
    },

    /** New parameters of shards hold at once, and a new number of them only from a firing on. */
    PARAMETERS_HOLD_AT_ONCE {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return altered(registry, (path, read) -> isJob(path) ? without("parameters", read) : read);
        }
    },

    /** Single shards, and instances for a job, are never off. */
    SWITCHES_ARE_NOT_HEARD_OF {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return altered(
                    registry,
                    (path, read) -> isJob(path)
                                    && StoredJobCodec.decode(nameOf(path), read.data())
                                            instanceof Decoded.Value<StoredJob> found
                            ? new Read.Present(StoredJobCodec.encode(allOn(found.value())), read.stat())
                            : read);
        }

        private StoredJob allOn(StoredJob job) {
            return new StoredJob(
                    job.name(),
                    job.life(),
                    job.settings(),
                    job.since(),
                    job.shardCount(),
                    new StoredJob.Marks(Switches.NONE, job.marks().undeclared()),
                    job.unknown());
        }
    }
}
