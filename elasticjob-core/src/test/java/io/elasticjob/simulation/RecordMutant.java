package io.elasticjob.simulation;

import static io.elasticjob.simulation.Interference.isRecord;
import static io.elasticjob.simulation.Interference.pretended;
import static io.elasticjob.simulation.Interference.record;
import static io.elasticjob.simulation.Interference.says;

import io.elasticjob.ShardRecord;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Rules about the records of shards: versions, doubts, what is read and written of them, each broken on its own. */
enum RecordMutant implements Mutant {
    /** Every put overwrites whatever is there. */
    NO_VERSION_CHECK {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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

    /** A doubt is settled by whatever the server says that answers, however far it lags behind. */
    NO_SYNC {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Void> sync(Session session) {
                    return CompletableFuture.completedFuture(null);
                }
            };
        }
    },

    /** Whoever comes back clears what is recorded as running. */
    CLEAR_ON_RECONNECT {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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
        public Registry wrap(Registry registry, Function<String, Read> truth) {
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
    }
}
