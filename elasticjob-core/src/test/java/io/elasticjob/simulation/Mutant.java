package io.elasticjob.simulation;

import io.elasticjob.Instance;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.ShardRecordCodec;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
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
            return unchecked(registry, "/sim/instances/");
        }
    },

    /** A claim is made under whatever settings the job has when it arrives. */
    NO_CHECK_OF_THE_JOB {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return unchecked(registry, "/sim/jobs/");
        }
    },

    /** A claim is made in whatever life of the job there is when it arrives. */
    NO_CHECK_OF_THE_LIFE {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return unchecked(registry, "/sim/shards/");
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
    };

    private static Registry unchecked(Registry registry, String under) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                List<Write> rest = writes.stream()
                        .filter(write -> !(write instanceof Write.Check check
                                && check.path().startsWith(under)))
                        .toList();
                return super.commit(session, rest).thenApply(answer -> {
                    if (answer instanceof Answer.Refused refused) {
                        return new Answer.Refused(writes.indexOf(rest.get(refused.index())), refused.reason());
                    }
                    List<Answer.Written> results = new ArrayList<>();
                    int next = 0;
                    for (Write write : writes) {
                        boolean checked = write instanceof Write.Check check
                                && check.path().startsWith(under);
                        results.add(
                                checked
                                        ? pretended(write)
                                        : ((Answer.Committed) answer).results().get(next++));
                    }
                    return new Answer.Committed(results);
                });
            }
        };
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
