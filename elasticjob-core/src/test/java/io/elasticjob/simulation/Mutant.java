package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RegistryException;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import io.elasticjob.testing.PassingRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Rules of the protocol, each broken on its own between an engine and its registry: as if the engine had never heard of
 * it. A checker that lets one of them live is no checker.
 */
enum Mutant {
    /** Every put overwrites whatever is there. */
    NO_VERSION_CHECK {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    List<Write> bold = new ArrayList<>();
                    for (Write write : writes) {
                        bold.add(
                                write instanceof Write.Put put
                                                && truth.apply(put.path()) instanceof Read.Present present
                                        ? new Write.Put(
                                                put.path(),
                                                put.data(),
                                                present.stat().version())
                                        : write);
                    }
                    return super.commit(session, bold);
                }
            };
        }
    },

    /** A write whose answer was lost counts as not done. */
    DOUBT_IS_NO {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    return super.commit(session, writes)
                            .exceptionally(lost -> new Answer.Refused(0, Answer.Reason.VERSION));
                }
            };
        }
    },

    /** A write whose answer was lost counts as done. */
    DOUBT_IS_YES {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    return super.commit(session, writes)
                            .exceptionally(lost -> new Answer.Committed(writes.stream()
                                    .map(write -> new Answer.Written(
                                            write.path(),
                                            write instanceof Write.Put put
                                                    ? Optional.of(new Stat(
                                                            1, 1, put.version() + 1, Instant.EPOCH, Instant.EPOCH))
                                                    : Optional.empty()))
                                    .toList()));
                }
            };
        }
    },

    /** A read that got no answer counts as "not there". */
    LOST_IS_ABSENT {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths)
                            .exceptionally(lost -> paths.stream()
                                    .map(path -> (Read) new Read.Absent())
                                    .toList());
                }
            };
        }
    },

    /** An owner that is not on the last list of instances counts as dead. */
    DEATH_BY_CACHED_VIEW {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                private List<String> listed = List.of();

                @Override
                public CompletionStage<List<String>> children(Session session, String path) {
                    return super.children(session, path).thenApply(names -> {
                        listed = path.endsWith("/instances") ? names : listed;
                        return names;
                    });
                }

                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    String path = paths.get(0);
                    boolean asks = paths.size() == 1 && path.contains("/instances/");
                    return super.read(session, paths)
                            .thenApply(reads ->
                                    asks && !listed.contains(nameOf(path)) ? List.of(new Read.Absent()) : reads);
                }
            };
        }
    },

    /** After a reconnect of the same session, what was listed before still counts. */
    NO_RELISTING {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                private final Map<String, List<String>> listed = new LinkedHashMap<>();
                private String session = "";
                private boolean resumed;

                @Override
                public void open(RegistryListener listener) {
                    super.open(new RegistryListener() {
                        @Override
                        public void connected(Session connected) {
                            resumed = connected.id().equals(session);
                            session = connected.id();
                            listener.connected(connected);
                        }

                        @Override
                        public void suspended() {
                            listener.suspended();
                        }

                        @Override
                        public void lost(Session gone) {
                            listener.lost(gone);
                        }

                        @Override
                        public void changed(String path) {
                            resumed = false; // a ring: then it would have listed again
                            listener.changed(path);
                        }
                    });
                }

                @Override
                public CompletionStage<List<String>> children(Session asking, String path) {
                    List<String> known = listed.get(path);
                    if (resumed && known != null) {
                        return CompletableFuture.completedFuture(known);
                    }
                    return super.children(asking, path).thenApply(names -> {
                        listed.put(path, names);
                        return names;
                    });
                }
            };
        }
    },

    /** Whoever comes back clears what is recorded as running. */
    CLEAR_ON_RECONNECT {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths).thenApply(reads -> {
                        for (int i = 0; i < reads.size(); i++) {
                            if (paths.get(i).contains("/shards/")
                                    && reads.get(i) instanceof Read.Present present
                                    && new String(present.data()).contains("RUNNING")) {
                                byte[] cleared = "{\"format\":1,\"state\":\"IDLE\"}".getBytes();
                                super.commit(
                                        session,
                                        List.of(new Write.Put(
                                                paths.get(i),
                                                cleared,
                                                present.stat().version())));
                            }
                        }
                        return reads;
                    });
                }
            };
        }
    },

    /** Records are not read before they are claimed. */
    CLAIM_BEFORE_READING {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths).thenApply(reads -> {
                        List<Read> blind = new ArrayList<>(reads);
                        for (int i = 0; i < blind.size(); i++) {
                            blind.set(i, isRecord(paths.get(i)) ? new Read.Absent() : blind.get(i));
                        }
                        return blind;
                    });
                }
            };
        }
    },

    /** An end deletes the record and makes it anew, so that versions begin again. */
    REUSED_VERSIONS {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    List<Write> anew = new ArrayList<>();
                    List<Integer> places = new ArrayList<>();
                    for (Write write : writes) {
                        if (write instanceof Write.Put put && put.version() > 0 && says(put.data(), "DONE")) {
                            anew.add(new Write.Delete(put.path(), put.version()));
                            anew.add(new Write.Create(put.path(), new byte[0], Write.Life.PERSISTENT));
                            anew.add(new Write.Put(put.path(), put.data(), 0));
                        } else {
                            anew.add(write);
                        }
                        places.add(anew.size() - 1);
                    }
                    return super.commit(session, anew).thenApply(answer -> {
                        if (answer instanceof Answer.Refused refused) {
                            long before = places.stream()
                                    .filter(place -> place < refused.index())
                                    .count();
                            return new Answer.Refused((int) before, refused.reason());
                        }
                        List<Answer.Written> results = ((Answer.Committed) answer).results();
                        return new Answer.Committed(
                                places.stream().map(results::get).toList());
                    });
                }
            };
        }
    },

    /** What is skipped is remembered by whoever skipped it, and written nowhere. */
    SKIP_IN_MEMORY {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    List<Write> kept = writes.stream()
                            .filter(write -> !isSkip(write, truth))
                            .toList();
                    return super.commit(session, kept).thenApply(answer -> {
                        if (answer instanceof Answer.Refused refused) {
                            return new Answer.Refused(writes.indexOf(kept.get(refused.index())), refused.reason());
                        }
                        Answer.Committed done = (Answer.Committed) answer;
                        List<Answer.Written> results = new ArrayList<>();
                        int next = 0;
                        for (Write write : writes) {
                            results.add(kept.contains(write) ? done.results().get(next++) : pretended(write));
                        }
                        return new Answer.Committed(results);
                    });
                }
            };
        }

        private boolean isSkip(Write write, Function<String, Read> truth) {
            if (!(write instanceof Write.Put put
                    && isRecord(put.path())
                    && put.version() > 0
                    && truth.apply(put.path()) instanceof Read.Present present)) {
                return false;
            }
            ShardRecord before = record(present.data());
            ShardRecord after = record(put.data());
            return before != null
                    && after != null
                    && after.through() != null
                    && !before.equals(after)
                    && before.decidedThrough(after.through()).equals(after);
        }
    },

    /** Who started last is told by the clocks of those who started. */
    DECLARATIONS_BY_CLOCK {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
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
                            instance.startedAt().toEpochMilli() + wrongBy,
                            stat.modified(),
                            stat.version(),
                            stat.createdAt(),
                            stat.modifiedAt()));
        }
    },

    /** A write that failed is sent again under whatever session there is then. */
    RETRY_UNDER_NEW_SESSION {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                private final List<List<Write>> failed = new ArrayList<>();

                @Override
                public void open(RegistryListener listener) {
                    super.open(new RegistryListener() {
                        @Override
                        public void connected(Session session) {
                            List<List<Write>> again = List.copyOf(failed);
                            failed.clear();
                            again.forEach(writes -> commit(session, writes));
                            listener.connected(session);
                        }

                        @Override
                        public void suspended() {
                            listener.suspended();
                        }

                        @Override
                        public void lost(Session gone) {
                            listener.lost(gone);
                        }

                        @Override
                        public void changed(String path) {
                            listener.changed(path);
                        }
                    });
                }

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    return super.commit(session, writes).whenComplete((answer, lost) -> {
                        if (lost instanceof RegistryException) {
                            failed.add(writes.stream()
                                    .filter(write -> !(write instanceof Write.Check))
                                    .toList());
                        }
                    });
                }
            };
        }
    },

    /** A doubt is settled by whatever the server says that answers, however far it lags behind. */
    NO_SYNC {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Void> sync(Session session) {
                    return CompletableFuture.completedFuture(null);
                }
            };
        }
    },

    /** A write belongs to whatever instance this is when it arrives. */
    NO_CHECK_OF_SELF {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> isCheckUnder("/sim/instances/", write));
        }
    },

    /** A claim is made under whatever settings the job has when it arrives. */
    NO_CHECK_OF_THE_JOB {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> isCheckUnder("/sim/jobs/", write) && !isTrigger(write.path()));
        }
    },

    /** A claim is made in whatever life of the job there is when it arrives. */
    NO_CHECK_OF_THE_LIFE {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> isCheckUnder("/sim/shards/", write) && !isRecord(write.path()));
        }
    },

    /** Who has seen a job removed makes it anew. */
    REMOVED_JOBS_COME_BACK {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
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
        Registry wrap(Registry registry, Function<String, Read> truth) {
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

    /** What was taken back is begun all the same by whoever has not heard of it. */
    NO_CHECK_OF_THE_TRIGGER {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> write instanceof Write.Check && isTrigger(write.path()));
        }
    },

    /** A trigger is created, and nothing tells whoever gets no answer that it was. */
    REQUESTS_LEAVE_NO_TRACE {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> isRequest(write.path()) && createsBoth(all));
        }

        private boolean createsBoth(List<Write> all) {
            return all.stream().anyMatch(one -> one instanceof Write.Create && isRequest(one.path()))
                    && all.stream().anyMatch(one -> one instanceof Write.Create && isTrigger(one.path()));
        }
    },

    /** A trigger that has run is deleted, whether or not whoever asked knows its number. */
    DONE_BEFORE_IT_IS_KNOWN {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(
                    registry,
                    (all, write) -> isRequest(write.path())
                            && all.stream().anyMatch(one -> one instanceof Write.Delete && isTrigger(one.path())));
        }
    },

    /** A trigger is deleted behind the last end of its shards, be that written or not. */
    ENDS_ARE_TAKEN_FOR_GRANTED {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> write instanceof Write.Check && isRecord(write.path()));
        }
    },

    /** What others may have created before an own trigger is not listed. */
    OWN_TRIGGERS_COME_FIRST {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                private final Set<String> own = new HashSet<>();

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    return super.commit(session, writes).whenComplete((answer, lost) -> {
                        if (answer instanceof Answer.Committed done) {
                            done.results().stream()
                                    .map(Answer.Written::path)
                                    .filter(Mutant::isTrigger)
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
        Registry wrap(Registry registry, Function<String, Read> truth) {
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
        Registry wrap(Registry registry, Function<String, Read> truth) {
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
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return altered(
                    registry,
                    (path, read) -> isJob(path) ? new Read.Present(read.data(), childless(read.stat())) : read);
        }

        private Stat childless(Stat stat) {
            return new Stat(stat.created(), stat.modified(), stat.version(), stat.createdAt(), stat.modifiedAt());
        }
    },

    /** Who is drained takes note that its node was written to, and not of what was written. */
    DRAINS_ARE_NOT_HEARD_OF {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return altered(
                    registry,
                    (path, read) -> InstanceCodec.decode("x", 0, read.data()) instanceof Decoded.Value<Instance> found
                                    && path.startsWith("/sim/instances/")
                                    && found.value().drained().isPresent()
                            ? new Read.Present(
                                    InstanceCodec.encode(found.value().withState(Instance.State.UP, null)), read.stat())
                            : read);
        }
    },

    /** Single shards, and instances for a job, are never off. */
    SWITCHES_ARE_NOT_HEARD_OF {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
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
                    job.application(),
                    job.declared(),
                    job.overrides(),
                    job.since(),
                    job.shardCount(),
                    Switches.NONE,
                    job.undeclaredSince(),
                    job.unknown());
        }
    };

    /** Leaves writes out, and answers as if they had been made. */
    private static Registry without(Registry registry, BiPredicate<List<Write>, Write> left) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                List<Write> rest = writes.stream()
                        .filter(write -> !left.test(writes, write))
                        .toList();
                return super.commit(session, rest).thenApply(answer -> {
                    if (answer instanceof Answer.Refused refused) {
                        return new Answer.Refused(writes.indexOf(rest.get(refused.index())), refused.reason());
                    }
                    List<Answer.Written> results = new ArrayList<>();
                    int next = 0;
                    for (Write write : writes) {
                        results.add(
                                left.test(writes, write)
                                        ? pretended(write)
                                        : ((Answer.Committed) answer).results().get(next++));
                    }
                    return new Answer.Committed(results);
                });
            }
        };
    }

    /** Writes other records than were to be written. */
    private static Registry rewritten(Registry registry, UnaryOperator<ShardRecord> other) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                return super.commit(
                        session, writes.stream().map(this::rewritten).toList());
            }

            private Write rewritten(Write write) {
                ShardRecord record = write instanceof Write.Put put && isRecord(put.path()) ? record(put.data()) : null;
                return record != null && write instanceof Write.Put put
                        ? new Write.Put(put.path(), ShardRecordCodec.encode(other.apply(record)), put.version())
                        : write;
            }
        };
    }

    /** Reads otherwise than what is there, but for what operators ask for: that is decided from what is. */
    private static Registry altered(Registry registry, BiFunction<String, Read.Present, Read> other) {
        return new PassingRegistry(registry) {
            private boolean caughtUp;

            @Override
            public CompletionStage<Void> sync(Session session) {
                caughtUp = true;
                return super.sync(session);
            }

            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                if (caughtUp) {
                    caughtUp = false;
                    return super.read(session, paths);
                }
                return super.read(session, paths).thenApply(reads -> {
                    List<Read> altered = new ArrayList<>();
                    for (int i = 0; i < reads.size(); i++) {
                        altered.add(
                                reads.get(i) instanceof Read.Present present
                                        ? other.apply(paths.get(i), present)
                                        : reads.get(i));
                    }
                    return altered;
                });
            }
        };
    }

    private static boolean isCheckUnder(String folder, Write write) {
        return write instanceof Write.Check && write.path().startsWith(folder);
    }

    private static boolean isJob(String path) {
        return path.matches("/sim/jobs/[^/]+");
    }

    private static boolean isTrigger(String path) {
        return path.matches("/sim/jobs/[^/]+/trigger-.*");
    }

    private static boolean isRequest(String path) {
        return path.startsWith("/sim/request-");
    }

    private static ShardRecord withTrigger(ShardRecord record, long trigger) {
        return new ShardRecord(
                record.firing(),
                trigger,
                record.through(),
                record.state(),
                record.owner(),
                record.attempt(),
                record.deaths(),
                record.token(),
                record.outcome(),
                record.error(),
                record.startedAt(),
                record.finishedAt(),
                record.lastSucceeded(),
                record.notBefore(),
                record.checkpoint(),
                record.unknown());
    }

    /**
     * @param truth what the ensemble really holds, for a mutant that has to know
     */
    abstract Registry wrap(Registry registry, Function<String, Read> truth);

    private static boolean isRecord(String path) {
        return path.matches("/sim/shards/[^/]+/[0-9]+");
    }

    private static boolean says(byte[] data, String word) {
        return new String(data, StandardCharsets.UTF_8).contains("\"" + word + "\"");
    }

    private static @Nullable ShardRecord record(byte[] data) {
        return ShardRecordCodec.decode(data) instanceof Decoded.Value<ShardRecord> value ? value.value() : null;
    }

    private static Answer.Written pretended(Write write) {
        return new Answer.Written(
                write.path(),
                write instanceof Write.Put put
                        ? Optional.of(new Stat(1, 1, put.version() + 1, Instant.EPOCH, Instant.EPOCH))
                        : Optional.empty());
    }

    private static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
