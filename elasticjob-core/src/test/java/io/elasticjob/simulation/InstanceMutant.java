package io.elasticjob.simulation;

import static io.elasticjob.simulation.Interference.altered;
import static io.elasticjob.simulation.Interference.isCheckUnder;
import static io.elasticjob.simulation.Interference.nameOf;
import static io.elasticjob.simulation.Interference.without;

import io.elasticjob.Instance;
import io.elasticjob.RegistryException;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Rules about who lives, who this is, and what instances show of themselves, each broken on its own. */
enum InstanceMutant implements Mutant {
    /** An owner that is not on the last list of instances counts as dead. */
    DEATH_BY_CACHED_VIEW {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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

    /** A question that was asked proves that this instance was heard, be it answered or not. */
    ASKING_IS_PROOF {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Void> sync(Session session) {
                    return super.sync(session).exceptionally(lost -> null);
                }
            };
        }
    },

    /** After a reconnect of the same session, what was listed before still counts. */
    NO_RELISTING {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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

    /** A write that failed is sent again under whatever session there is then. */
    RETRY_UNDER_NEW_SESSION {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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

    /** A write belongs to whatever instance this is when it arrives. */
    NO_CHECK_OF_SELF {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return without(registry, (all, write) -> isCheckUnder("/sim/instances/", write));
        }
    },

    /** Who is drained takes note that its node was written to, and not of what was written. */
    DRAINS_ARE_NOT_HEARD_OF {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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

    /** What another instance offered when it was heard of first is taken for what it offers for ever. */
    OFFERS_NEVER_CHANGE {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                private final Map<String, Set<String>> first = new HashMap<>();
                private final Set<String> own = new HashSet<>();

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    writes.forEach(write -> own.add(write instanceof Write.Create ? write.path() : ""));
                    return super.commit(session, writes);
                }

                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths)
                            .thenApply(reads -> IntStream.range(0, paths.size())
                                    .mapToObj(i -> own.contains(paths.get(i))
                                            ? reads.get(i)
                                            : asAtFirst(paths.get(i), reads.get(i)))
                                    .toList());
                }

                private Read asAtFirst(String path, Read read) {
                    if (!path.startsWith("/sim/instances/")
                            || !(read instanceof Read.Present present)
                            || !(InstanceCodec.decode("x", 0, present.data())
                                    instanceof Decoded.Value<Instance> found)) {
                        return read;
                    }
                    Set<String> offered =
                            first.computeIfAbsent(path, any -> found.value().handlers());
                    return new Read.Present(InstanceCodec.encode(found.value().withHandlers(offered)), present.stat());
                }
            };
        }
    }
}
