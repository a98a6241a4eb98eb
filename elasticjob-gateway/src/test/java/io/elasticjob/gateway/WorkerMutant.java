package io.elasticjob.gateway;

import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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

    /** An end is acknowledged when it is told, and not when it is recorded. */
    END_ACKNOWLEDGED_BEFORE_IT_IS_RECORDED {
        @Override
        ShardRunner.Listener wrap(ShardRunner.Listener listener) {
            return new PassingRunner.Ear(listener) {
                @Override
                public CompletionStage<Void> recordEnd(ShardRunner.Order order, Outcome outcome) {
                    ended(order, outcome);
                    return CompletableFuture.completedFuture(null);
                }
            };
        }
    },

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
            return new Forgetful(registry, truth) {
                @Override
                boolean isForgotten(ShardRecord there, ShardRecord next) {
                    return isAdoption(there, next);
                }
            };
        }
    },
    /** An end that could not be recorded because another gateway has adopted its execution meanwhile counts for nothing. */
    ADOPTED_MEANWHILE_IS_LOST {
        @Override
        Registry wrap(Registry registry, Function<String, Read> truth) {
            return new Forgetful(registry, truth) {
                @Override
                boolean isForgotten(ShardRecord there, ShardRecord next) {
                    return there.isRunning()
                            && !next.isRunning()
                            && Objects.equals(there.firing(), next.firing())
                            && there.attempt() == next.attempt()
                            && !there.owner().equals(next.owner());
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

    /** Between an engine and the runner of its crew. */
    ShardRunner.Listener wrap(ShardRunner.Listener listener) {
        return listener;
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

    /** After some writes were refused the records seem to be gone. */
    private abstract static class Forgetful extends PassingRegistry {

        private final Function<String, Read> truth;
        private final Set<String> refused = new HashSet<>();

        Forgetful(Registry registry, Function<String, Read> truth) {
            super(registry);
            this.truth = truth;
        }

        /** @param next what was to be written over what is there */
        abstract boolean isForgotten(ShardRecord there, ShardRecord next);

        @Override
        public CompletionStage<Answer> commit(Session session, List<Write> writes) {
            return super.commit(session, writes).whenComplete((answer, failed) -> {
                if (answer instanceof Answer.Refused) {
                    writes.forEach(this::note);
                }
            });
        }

        private void note(Write write) {
            if (write instanceof Write.Put put) {
                ShardRecord there = there(put, truth);
                ShardRecord next = record(put.data());
                if (there != null && next != null && isForgotten(there, next)) {
                    refused.add(put.path());
                }
            }
        }

        @Override
        public CompletionStage<List<Read>> read(Session session, List<String> paths) {
            return super.read(session, paths).thenApply(reads -> {
                List<Read> told = new ArrayList<>(reads);
                for (int i = 0; i < told.size(); i++) {
                    if (refused.remove(paths.get(i))) {
                        told.set(i, new Read.Absent());
                    }
                }
                return told;
            });
        }
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
