package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.FiringMarks;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rules about firings that are recorded as wholes, each broken on its own. */
enum WholeMutant implements Mutant {
    /** Whatever is there is written over: opening, close and telling are no compare-and-set. */
    STEPS_CHECK_NO_VERSION {
        @Override
        Write written(Write.Put put, FiringRecord before, FiringRecord after, int there) {
            return new Write.Put(put.path(), put.data(), there);
        }
    },

    /** The close does not check the job under whose settings it counts shards as decided. */
    CLOSES_CHECK_NO_JOB {
        @Override
        boolean isLeftOut(Write write, FiringRecord after) {
            return write instanceof Write.Check
                    && write.path().matches("/sim/jobs/[^/]+")
                    && after.current() != null
                    && after.current().stage() instanceof FiringRecord.Closed;
        }
    },

    /** What runs after a firing does not come with its close. */
    SUCCESSORS_ARE_FORGOTTEN {
        @Override
        boolean isLeftOut(Write write, FiringRecord after) {
            return write instanceof Write.Create && write.path().startsWith("/sim/jobs/");
        }
    },

    /** A job that runs after another one is not checked: it may be disabled by now. */
    SUCCESSORS_ARE_NOT_CHECKED {
        @Override
        boolean isLeftOut(Write write, FiringRecord after) {
            return write instanceof Write.Check && write.path().equals("/sim/jobs/whole-next");
        }
    },

    /** Neither the close checks the life of the job, nor does whoever has told. */
    NO_CHECK_OF_LIFE {
        @Override
        boolean isLeftOut(Write write, FiringRecord after) {
            return write instanceof Write.Check && write.path().matches("/sim/shards/[^/]+");
        }
    },

    /** A firing is closed although a shard of it runs: what runs counts as decided. */
    WHAT_RUNS_IS_DECIDED {
        @Override
        Read read(String path, Read.Present present) {
            return isRecord(path)
                            && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> record
                            && record.value().isRunning()
                            && record.value().fireTime().isPresent()
                    ? new Read.Present(
                            ShardRecordCodec.encode(record.value()
                                    .decidedThrough(record.value().fireTime().get())
                                    .givenBack(null)),
                            present.stat())
                    : present;
        }
    },

    /** The next firing is opened as soon as one is closed, be it told or not. */
    OPENED_OVER_WHAT_IS_NOT_TOLD {
        @Override
        FiringRecord read(FiringRecord record) {
            FiringRecord.Closed closed = record.untold().orElse(null);
            return closed == null
                    ? record
                    : record.at(new FiringRecord.Closed(closed.result(), closed.ends(), closed.at(), null, true));
        }
    },

    /** Whoever sees a close that is not told tells it, whether its teller lives or not. */
    TELLERS_ARE_NOT_HEEDED {
        @Override
        FiringRecord read(FiringRecord record) {
            FiringRecord.Closed closed = record.untold().orElse(null);
            return closed == null
                    ? record
                    : record.at(new FiringRecord.Closed(closed.result(), closed.ends(), closed.at(), null, false));
        }
    },

    /** Whoever closes a firing takes it that nobody wants to hear of its end. */
    ENDS_ARE_TOLD_TO_NOBODY {
        @Override
        Write written(Write.Put put, FiringRecord before, FiringRecord after, int there) {
            FiringRecord.Closed closed = after.untold().orElse(null);
            return closed != null && before.untold().isEmpty()
                    ? new Write.Put(
                            put.path(),
                            FiringRecordCodec.encode(after.at(
                                    new FiringRecord.Closed(closed.result(), closed.ends(), closed.at(), null, true))),
                            put.version())
                    : put;
        }
    },

    /** Who tells the end of a firing tells other results than its shards have left. */
    OTHER_RESULTS_ARE_TOLD {
        @Override
        Read read(String path, Read.Present present) {
            String text = new String(present.data(), StandardCharsets.UTF_8);
            return isRecord(path)
                    ? new Read.Present(
                            text.replace("\"text\":\"", "\"text\":\"not ").getBytes(StandardCharsets.UTF_8),
                            present.stat())
                    : present;
        }
    },

    /** That a close is to be told is forgotten with who was to tell it. */
    TELLING_DIES_WITH_THE_TELLER {
        @Override
        Write written(Write.Put put, FiringRecord before, FiringRecord after, int there) {
            boolean isRetaken = before.untold().isPresent() && after.untold().isPresent();
            FiringRecord.Closed closed = after.untold().orElse(null);
            return isRetaken && closed != null
                    ? new Write.Put(
                            put.path(),
                            FiringRecordCodec.encode(after.at(new FiringRecord.Closed(
                                    closed.result(), closed.ends(), closed.at(), closed.teller(), true))),
                            put.version())
                    : put;
        }
    },

    /** Nobody looks again when somebody has died: only who has decided last closes. */
    ONLY_THE_LAST_ONE_LOOKS {
        @Override
        boolean isLost(FiringRecord after, long wrote, long latest) {
            return after.current() != null
                    && after.current().stage() instanceof FiringRecord.Closed closed
                    && !closed.ends().isEmpty()
                    && latest > wrote;
        }
    },

    /** Shards go by the schedule, not by what is open. */
    NO_BARRIER {
        @Override
        FiringRecord read(FiringRecord record) {
            FiringRecord.Current current = record.current();
            if (current == null || !record.isFree()) {
                return record;
            }
            Instant next = current.whole().fireTime().plusSeconds(5);
            return record.opened(
                    new FiringRecord.Whole(
                            new Firing.Scheduled(next),
                            next,
                            current.whole().count(),
                            new TreeSet<>(),
                            next,
                            current.whole().jobVersion()),
                    new FiringRecord.Open());
        }
    },

    /** An end skips what came due meanwhile, for its own shard. */
    ENDS_SKIP {
        @Override
        ShardRecord written(ShardRecord record) {
            Instant fireTime = record.fireTime().orElse(null);
            Instant ended = record.finishedAt();
            return fireTime != null && ended != null && ended.isAfter(fireTime.plusSeconds(4))
                    ? record.decidedThrough(fireTime.plusSeconds(4))
                    : record;
        }
    },

    /** Before-listeners are not waited for. */
    OPEN_AT_ONCE {
        @Override
        Write written(Write.Put put, FiringRecord before, FiringRecord after, int there) {
            return after.opening().isPresent()
                    ? new Write.Put(
                            put.path(), FiringRecordCodec.encode(after.at(new FiringRecord.Open())), put.version())
                    : put;
        }
    },

    /** That a deadline is told is not noted. */
    DEADLINES_ARE_NOT_NOTED {
        @Override
        Write written(Write.Put put, FiringRecord before, FiringRecord after, int there) {
            return new Write.Put(put.path(), FiringRecordCodec.encode(after.with(FiringMarks.NONE)), put.version());
        }
    },

    /** Who finds a missed deadline does not see that it was told. */
    DEADLINES_ARE_TOLD_BY_EVERY_LEADER {
        @Override
        FiringRecord read(FiringRecord record) {
            return record.with(FiringMarks.NONE);
        }

        @Override
        Read read(String path, Read.Present present) {
            FiringRecord record = firings(path, present.data());
            return record == null ? present : new Read.Present(FiringRecordCodec.encode(read(record)), present.stat());
        }
    },

    /** What is decided is not kept: the same firing is opened again. */
    NOTHING_IS_DECIDED {
        @Override
        Write written(Write.Put put, FiringRecord before, FiringRecord after, int there) {
            return new Write.Put(
                    put.path(),
                    FiringRecordCodec.encode(new FiringRecord(after.current(), before.decided(), after.unknown())),
                    put.version());
        }
    };

    Write written(Write.Put put, FiringRecord before, FiringRecord after, int there) {
        return put;
    }

    boolean isLeftOut(Write write, FiringRecord after) {
        return false;
    }

    /**
     * Whether the write is never sent.
     *
     * @param wrote transaction id of the last record of a shard of the job that this process has written
     * @param latest the same of all processes
     */
    boolean isLost(FiringRecord after, long wrote, long latest) {
        return false;
    }

    ShardRecord written(ShardRecord record) {
        return record;
    }

    FiringRecord read(FiringRecord record) {
        return record;
    }

    Read read(String path, Read.Present present) {
        return present;
    }

    @Override
    public Registry wrap(Registry registry, Function<String, Read> truth) {
        return new PassingRegistry(registry) {
            /** By the folder of the records, the transaction that wrote one of them last from here. */
            private final Map<String, Long> wrote = new HashMap<>();

            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                Write last = writes.isEmpty() ? null : writes.get(writes.size() - 1);
                FiringRecord after = last instanceof Write.Put put ? firings(put.path(), put.data()) : null;
                if (after == null || !(last instanceof Write.Put put)) {
                    return records(session, writes);
                }
                String folder = put.path().replace("/firings/", "/shards/");
                if (isLost(after, wrote.getOrDefault(folder, 0L), latest(folder))) {
                    return CompletableFuture.failedFuture(new RegistryException("lost"));
                }
                Read.Present there = truth.apply(put.path()) instanceof Read.Present present ? present : null;
                FiringRecord before = there == null ? null : firings(put.path(), there.data());
                List<Write> sent = new ArrayList<>(writes);
                if (there != null && before != null) {
                    sent.set(
                            sent.size() - 1,
                            WholeMutant.this.written(
                                    put, before, after, there.stat().version()));
                }
                for (int i = 0; i < sent.size(); i++) {
                    if (isLeftOut(sent.get(i), after)) {
                        sent.set(i, sent.get(0)); // another check that holds
                    }
                }
                return super.commit(session, sent);
            }

            private CompletionStage<Answer> records(Session session, List<Write> writes) {
                List<Write> sent =
                        writes.stream().map(WholeMutant.this::changed).toList();
                return super.commit(session, sent).thenApply(answer -> {
                    if (answer instanceof Answer.Committed done) {
                        done.results().stream()
                                .filter(written -> isRecord(written.path()))
                                .filter(written -> written.stat().isPresent())
                                .forEach(written -> wrote.put(
                                        written.path()
                                                .substring(0, written.path().lastIndexOf('/')),
                                        written.stat().orElseThrow().modified()));
                    }
                    return answer;
                });
            }

            private long latest(String folder) {
                long latest = 0;
                for (int shard = 0; shard < 4; shard++) {
                    latest = truth.apply(folder + "/" + shard) instanceof Read.Present present
                            ? Math.max(latest, present.stat().modified())
                            : latest;
                }
                return latest;
            }

            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                return super.read(session, paths).thenApply(reads -> {
                    List<Read> broken = new ArrayList<>();
                    for (int i = 0; i < reads.size(); i++) {
                        broken.add(
                                reads.get(i) instanceof Read.Present present
                                        ? WholeMutant.this.read(paths.get(i), present)
                                        : reads.get(i));
                    }
                    return broken;
                });
            }

            @Override
            public CompletionStage<Read> readAndWatch(Session session, String path) {
                return super.readAndWatch(session, path).thenApply(read -> {
                    FiringRecord record = read instanceof Read.Present present ? firings(path, present.data()) : null;
                    return record != null && read instanceof Read.Present present
                            ? new Read.Present(FiringRecordCodec.encode(WholeMutant.this.read(record)), present.stat())
                            : read;
                });
            }
        };
    }

    private Write changed(Write write) {
        if (write instanceof Write.Put put
                && isRecord(put.path())
                && ShardRecordCodec.decode(put.data()) instanceof Decoded.Value<ShardRecord> record) {
            ShardRecord other = written(record.value());
            return other.equals(record.value())
                    ? write
                    : new Write.Put(put.path(), ShardRecordCodec.encode(other), put.version());
        }
        return write;
    }

    private static boolean isRecord(String path) {
        return path.matches("/sim/shards/whole-[^/]+/[0-9]+");
    }

    private static @Nullable FiringRecord firings(String path, byte[] data) {
        return path.startsWith("/sim/firings/")
                        && FiringRecordCodec.decode(data) instanceof Decoded.Value<FiringRecord> value
                ? value.value()
                : null;
    }
}
