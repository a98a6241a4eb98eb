package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.CancelCodec;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.PlanCodec;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.Cancel;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rules about firings that a planner splits, each broken on its own. */
enum DivisionMutant implements Mutant {
    /** A plan is stored over whatever is there by now, be it another plan. */
    PLANS_CHECK_NO_VERSION {
        @Override
        int version(FiringRecord after, int decided, int there) {
            return isPlanned(after) ? there : decided;
        }
    },

    /** Whoever sees that a firing is being planned takes it over, whether its planner lives or not. */
    PLANNERS_ARE_NOT_HEEDED {
        @Override
        Read read(String path, Read.Present present) {
            FiringRecord record = firings(path, present.data());
            return record != null && record.planning().isPresent()
                    ? new Read.Present(
                            FiringRecordCodec.encode(record.at(new FiringRecord.Planning("nobody.0"))), present.stat())
                    : present;
        }
    },

    /** A firing begins before it has its plan. */
    PLANS_ARE_NOT_WAITED_FOR {
        @Override
        FiringRecord written(FiringRecord after) {
            return after.planning().isPresent() ? after.at(new FiringRecord.Open()) : after;
        }
    },

    /** Each instance goes by parts of its own. */
    PARTS_ARE_NOT_READ {
        @Override
        Read read(String path, Read.Present present) {
            return path.startsWith("/sim/plans/")
                            && PlanCodec.decode(present.data()) instanceof Decoded.Value<List<String>> parts
                    ? new Read.Present(
                            PlanCodec.encode(parts.value().stream()
                                            .map(part -> part + "?")
                                            .toList())
                                    .get(0),
                            present.stat())
                    : present;
        }
    },

    /** Nobody plans in the place of a dead one. */
    PLANNING_DIES_WITH_THE_PLANNER {
        @Override
        boolean isLost(@Nullable FiringRecord before, FiringRecord after) {
            return before != null
                    && before.planning().isPresent()
                    && after.planning().isPresent()
                    && !before.planning().equals(after.planning());
        }
    },

    /** What a firing ran by is never deleted, nor is what nobody has stored to the end. */
    PLANS_ARE_LEFT_BEHIND {
        @Override
        boolean isDeletionLost(Write write) {
            return write.path().startsWith("/sim/plans/");
        }
    },

    /** As soon as a firing is over the one after the next ones is planned. */
    FIRINGS_ARE_PLANNED_AHEAD {
        @Override
        Read read(String path, Read.Present present, @Nullable String self) {
            FiringRecord record = firings(path, present.data());
            FiringRecord.Current current = record == null || !record.isFree() ? null : record.current();
            if (self == null || current == null || !(current.whole().firing() instanceof Firing.Scheduled scheduled)) {
                return present;
            }
            Instant later = scheduled.fireTime().plusSeconds(42);
            FiringRecord.Whole next = new FiringRecord.Whole(
                    new Firing.Scheduled(later),
                    later,
                    0,
                    new TreeSet<>(),
                    current.whole().openedAt(),
                    0);
            return new Read.Present(
                    FiringRecordCodec.encode(record.opened(next, new FiringRecord.Planning(self))), present.stat());
        }
    },

    /** A part that has ended leaves its checkpoint to that of the next firing. */
    CHECKPOINTS_ARE_CARRIED_ON {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord after) {
            return before.isRunning() && after.state() instanceof ShardState.Done
                    ? after.withCheckpoint(before.checkpoint())
                    : after;
        }
    },

    /** Who is to run a part again takes its firing for one that is over, as it knows the one before. */
    PARTS_ARE_GIVEN_UP {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord after) {
            boolean isAgain = before.toRetry().isPresent()
                    && after.isRunning()
                    && Objects.equals(before.firing(), after.firing());
            return isAgain ? before.failedForGood(before.fireTime().orElse(null)) : after;
        }
    },

    /** What is not all there any more is waited for. */
    LOST_PLANS_ARE_WAITED_FOR {
        @Override
        boolean isLost(@Nullable FiringRecord before, FiringRecord after) {
            return isPlanLost(after) && !isPlanLost(before);
        }
    },

    /** What has run of a firing says how it has ended, whatever was never begun of it. */
    WHAT_IS_CUT_SHORT_HAS_NOT_FAILED {
        @Override
        FiringRecord written(@Nullable FiringRecord before, FiringRecord after) {
            return isPlanLost(before)
                            && after.current() != null
                            && after.current().stage() instanceof FiringRecord.Closed closed
                    ? after.at(new FiringRecord.Closed(
                            FiringResult.SUCCEEDED, closed.ends(), closed.at(), closed.teller(), closed.told()))
                    : after;
        }
    },

    /** A cancel of all of a firing ends one shard of it. */
    CANCELS_OF_ALL_END_ONE {
        @Override
        Read read(String path, Read.Present present, @Nullable String self) {
            return path.startsWith("/sim/cancels/")
                            && CancelCodec.decode(Instant.EPOCH, present.data()) instanceof Decoded.Value<Cancel> value
                            && (value.value().isWhole()
                                    || value.value().shards().size() > 1)
                    ? new Read.Present(
                            CancelCodec.encode(new Cancel(
                                    Instant.EPOCH,
                                    value.value().firing(),
                                    new TreeSet<>(List.of(
                                            value.value().isWhole()
                                                    ? 0
                                                    : value.value().shards().first())),
                                    value.value().by(),
                                    Map.of())),
                            present.stat())
                    : present;
        }
    };

    /** What is written of a shard of a job whose firings are planned. */
    ShardRecord written(ShardRecord before, ShardRecord after) {
        return after;
    }

    private static boolean isPlanLost(@Nullable FiringRecord record) {
        return record != null
                && record.current() != null
                && record.current().whole().isPlanLost();
    }

    /** @param self the instance that reads; null before it has written something */
    Read read(String path, Read.Present present, @Nullable String self) {
        return read(path, present);
    }

    private static final String INSTANCES = "/sim/instances/";
    private static final String RECORDS = "/sim/shards/whole-planned-";

    int version(FiringRecord after, int decided, int there) {
        return decided;
    }

    FiringRecord written(FiringRecord after) {
        return after;
    }

    FiringRecord written(@Nullable FiringRecord before, FiringRecord after) {
        return written(after);
    }

    Read read(String path, Read.Present present) {
        return present;
    }

    boolean isLost(@Nullable FiringRecord before, FiringRecord after) {
        return false;
    }

    boolean isDeletionLost(Write write) {
        return false;
    }

    static boolean isPlanned(FiringRecord record) {
        return record.current() != null
                && record.current().whole().plan() != null
                && !(record.current().stage() instanceof FiringRecord.Closed);
    }

    @Override
    public Registry wrap(Registry registry, Function<String, Read> truth) {
        return new PassingRegistry(registry) {
            private @Nullable String self;

            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                writes.stream()
                        .filter(Write.Check.class::isInstance)
                        .map(Write::path)
                        .filter(path -> path.startsWith(INSTANCES))
                        .findFirst()
                        .ifPresent(path -> self = path.substring(INSTANCES.length()));
                if (writes.stream().anyMatch(write -> write instanceof Write.Delete && isDeletionLost(write))) {
                    return CompletableFuture.failedFuture(new RegistryException("lost"));
                }
                List<Write> sent = new ArrayList<>();
                for (Write write : writes) {
                    FiringRecord after = write instanceof Write.Put put ? firings(put.path(), put.data()) : null;
                    if (write instanceof Write.Put put
                            && put.path().startsWith(RECORDS)
                            && truth.apply(put.path()) instanceof Read.Present there) {
                        sent.add(new Write.Put(put.path(), written(there.data(), put.data()), put.version()));
                        continue;
                    }
                    if (after == null
                            || !(write instanceof Write.Put put)
                            || !(truth.apply(put.path()) instanceof Read.Present there)) {
                        sent.add(write);
                        continue;
                    }
                    if (isLost(firings(put.path(), there.data()), after)) {
                        return CompletableFuture.failedFuture(new RegistryException("lost"));
                    }
                    sent.add(new Write.Put(
                            put.path(),
                            FiringRecordCodec.encode(written(firings(put.path(), there.data()), after)),
                            version(after, put.version(), there.stat().version())));
                }
                return super.commit(session, sent);
            }

            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                return super.read(session, paths).thenApply(reads -> {
                    List<Read> broken = new ArrayList<>();
                    for (int i = 0; i < reads.size(); i++) {
                        broken.add(
                                reads.get(i) instanceof Read.Present present
                                        ? DivisionMutant.this.read(paths.get(i), present, self)
                                        : reads.get(i));
                    }
                    return broken;
                });
            }

            @Override
            public CompletionStage<Read> readAndWatch(Session session, String path) {
                return super.readAndWatch(session, path)
                        .thenApply(read -> read instanceof Read.Present present
                                ? DivisionMutant.this.read(path, present, self)
                                : read);
            }
        };
    }

    private byte[] written(byte[] before, byte[] after) {
        return ShardRecordCodec.decode(before) instanceof Decoded.Value<ShardRecord> was
                        && ShardRecordCodec.decode(after) instanceof Decoded.Value<ShardRecord> is
                ? ShardRecordCodec.encode(written(was.value(), is.value()))
                : after;
    }

    private static @Nullable FiringRecord firings(String path, byte[] data) {
        return path.startsWith("/sim/firings/")
                        && FiringRecordCodec.decode(data) instanceof Decoded.Value<FiringRecord> value
                ? value.value()
                : null;
    }
}
