package io.elasticjob.simulation;

import static io.elasticjob.simulation.Interference.altered;
import static io.elasticjob.simulation.Interference.isJob;
import static io.elasticjob.simulation.Interference.isRecord;
import static io.elasticjob.simulation.Interference.isRequest;
import static io.elasticjob.simulation.Interference.isTrigger;
import static io.elasticjob.simulation.Interference.rewritten;
import static io.elasticjob.simulation.Interference.withTrigger;
import static io.elasticjob.simulation.Interference.without;

import io.elasticjob.Firing;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Rules about triggers by hand, each broken on its own. */
enum TriggerMutant implements Mutant {
    /** What was taken back is begun all the same by whoever has not heard of it. */
    NO_CHECK_OF_THE_TRIGGER {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> write instanceof Write.Check && isTrigger(write.path()));
        }
    },

    /** A trigger is created, and nothing tells whoever gets no answer that it was. */
    REQUESTS_LEAVE_NO_TRACE {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> isRequest(write.path()) && createsBoth(all));
        }

        private boolean createsBoth(List<Write> all) {
            return all.stream().anyMatch(one -> one instanceof Write.Create && isRequest(one.path()))
                    && all.stream().anyMatch(one -> one instanceof Write.Create && isTrigger(one.path()));
        }
    },

    /** Requests of different jobs are taken for one where they have the same id. */
    REQUESTS_ARE_KNOWN_BY_ID_ALONE {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths.stream().map(this::byId).toList());
                }

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    return super.commit(session, writes.stream().map(this::byId).toList());
                }

                private String byId(String path) {
                    return isRequest(path) ? path.substring(0, path.indexOf('@')) : path;
                }

                private Write byId(Write write) {
                    String path = byId(write.path());
                    if (write instanceof Write.Create create) {
                        return new Write.Create(path, create.data(), create.life());
                    } else if (write instanceof Write.Put put) {
                        return new Write.Put(path, put.data(), put.version());
                    } else if (write instanceof Write.Delete delete) {
                        return new Write.Delete(path, delete.version());
                    }
                    return write;
                }
            };
        }
    },

    /** A trigger that has run is deleted, whether or not whoever asked knows its number. */
    DONE_BEFORE_IT_IS_KNOWN {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(
                    registry,
                    (all, write) -> isRequest(write.path())
                            && all.stream().anyMatch(one -> one instanceof Write.Delete && isTrigger(one.path())));
        }
    },

    /** A trigger is deleted behind the last end of its shards, be that written or not. */
    ENDS_ARE_TAKEN_FOR_GRANTED {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> write instanceof Write.Check && isRecord(write.path()));
        }
    },

    /** What others may have created before an own trigger is not listed. */
    OWN_TRIGGERS_COME_FIRST {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                private final Set<String> own = new HashSet<>();

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    return super.commit(session, writes).whenComplete((answer, lost) -> {
                        if (answer instanceof Answer.Committed done) {
                            done.results().stream()
                                    .map(Answer.Written::path)
                                    .filter(Interference::isTrigger)
                                    .forEach(own::add);
                        }
                    });
                }

                @Override
                public CompletionStage<List<String>> children(Session session, String path) {
                    return super.children(session, path)
                            .thenApply(names -> names.stream().anyMatch(name -> own.contains(path + "/" + name))
                                    ? names.stream()
                                            .filter(name -> own.contains(path + "/" + name))
                                            .toList()
                                    : names);
                }
            };
        }
    },

    /** A firing by hand counts as run once it is begun. */
    DECIDED_BY_THE_CLAIM {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return rewritten(
                    registry,
                    record -> record.isRunning() && record.firing() instanceof Firing.Triggered run
                            ? withTrigger(record, run.number())
                            : record);
        }
    },

    /** A firing by hand that has ended is not noted as run. */
    NEVER_DECIDED {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return rewritten(
                    registry,
                    record -> record.firing() instanceof Firing.Triggered run && record.trigger() == run.number()
                            ? withTrigger(record, run.number() - 1)
                            : record);
        }
    },

    /** Triggers are heard of when they come, and not looked for. */
    TRIGGERS_BY_WATCH_ALONE {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return altered(
                    registry,
                    (path, read) -> isJob(path) ? new Read.Present(read.data(), childless(read.stat())) : read);
        }

        private Stat childless(Stat stat) {
            return new Stat(stat.created(), stat.modified(), stat.version(), stat.createdAt(), stat.modifiedAt());
        }
    },

    /** A trigger has the number of shards of when it was asked for, and the parameters of when it runs. */
    TRIGGERS_HAVE_NO_PARAMETERS {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return altered(registry, (path, read) -> isTrigger(path) ? without("parameters", read) : read);
        }
    }
}
