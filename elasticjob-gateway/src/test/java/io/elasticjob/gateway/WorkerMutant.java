package io.elasticjob.gateway;

import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Rules about workers, each broken on its own: in a worker, on the wire, or between an engine and its registry. */
enum WorkerMutant {
    // ---- In a worker
    /** It takes executions from any answer, also from one to an exchange before the newest. */
    EXCHANGE_WITHOUT_SEQUENCE,
    /** Its lease counts from the answer, however long that was on its way. */
    LEASE_FROM_THE_ANSWER,
    /** Its lease counts from the request, though that was parked. */
    LEASE_WITHOUT_HELD,
    /** It forgets an end as soon as it has told it. */
    END_WITHOUT_ACKNOWLEDGEMENT,

    // ---- In a gateway
    /** Leases are given though the loop is held up. */
    LEASE_BY_OTHER_THREADS,

    // ---- In an engine
    /** What is adopted does not say its token any more. */
    ADOPTION_FORGETS_THE_TOKEN {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new Rewriting(
                    registry, (before, after) -> isAdoption(before, after) ? after.withToken(0) : after, truth);
        }
    },
    /** It is adopted whatever was written since it was read. */
    ADOPTION_WITHOUT_VERSION {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    return super.commit(session, writes.stream().map(this::bold).toList());
                }

                private Write bold(Write write) {
                    ShardRecord next = write instanceof Write.Put put ? record(put.data()) : null;
                    return next != null
                                    && write instanceof Write.Put put
                                    && next.isRunning()
                                    && next.checkpoint() == null
                                    && next.runningToken(0).orElse(0) > 0
                                    && truth.apply(put.path()) instanceof Read.Present there
                            ? new Write.Put(put.path(), put.data(), there.stat().version())
                            : write;
                }
            };
        }
    },
    /** What could not be adopted because somebody wrote in between counts as lost. */
    REFUSED_IS_LOST {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                private final Set<String> refused = new HashSet<>();

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    return super.commit(session, writes).whenComplete((answer, failed) -> {
                        if (answer instanceof Answer.Refused) {
                            writes.stream()
                                    .filter(write -> write instanceof Write.Put put
                                            && isAdoption(there(put, truth), record(put.data())))
                                    .forEach(write -> refused.add(write.path()));
                        }
                    });
                }

                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths).thenApply(reads -> {
                        List<Read> told = new java.util.ArrayList<>(reads);
                        for (int i = 0; i < told.size(); i++) {
                            if (refused.remove(paths.get(i))) {
                                told.set(i, new Read.Absent());
                            }
                        }
                        return told;
                    });
                }
            };
        }
    },
    /** A claim does not say for how long it goes on without its instance, so that nobody waits. */
    NO_WAIT_FOR_A_LEASE {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new Rewriting(
                    registry, (before, after) -> after.isRunning() ? after.withLease(Duration.ZERO) : after, truth);
        }
    };

    /** @param truth what the ensemble really holds */
    Registry wrap(Registry registry, Function<String, Read> truth) {
        return registry;
    }

    private static boolean isAdoption(@Nullable ShardRecord before, @Nullable ShardRecord after) {
        return before != null
                && after != null
                && before.isRunning()
                && after.isRunning()
                && Objects.equals(before.firing(), after.firing())
                && before.attempt() == after.attempt()
                && !before.owner().equals(after.owner());
    }

    private static @Nullable ShardRecord there(Write.Put put, Function<String, Read> truth) {
        return truth.apply(put.path()) instanceof Read.Present there ? record(there.data()) : null;
    }

    private static @Nullable ShardRecord record(byte[] data) {
        return ShardRecordCodec.decode(data) instanceof Decoded.Value<ShardRecord> value ? value.value() : null;
    }

    /** Writes other records than were to be written. */
    private static final class Rewriting extends PassingRegistry {

        interface Other {
            ShardRecord of(@Nullable ShardRecord before, ShardRecord after);
        }

        private final Other other;
        private final Function<String, Read> truth;

        Rewriting(Registry registry, Other other, Function<String, Read> truth) {
            super(registry);
            this.other = other;
            this.truth = truth;
        }

        @Override
        public CompletionStage<Answer> commit(Session session, List<Write> writes) {
            UnaryOperator<Write> rewrite = write -> {
                ShardRecord next =
                        write instanceof Write.Put put && put.path().contains("/shards/") ? record(put.data()) : null;
                return next != null && write instanceof Write.Put put
                        ? new Write.Put(
                                put.path(), ShardRecordCodec.encode(other.of(there(put, truth), next)), put.version())
                        : write;
            };
            return super.commit(session, writes.stream().map(rewrite).toList());
        }
    }
}
