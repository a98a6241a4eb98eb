package io.elasticjob.simulation;

import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.LimitCodec;
import io.elasticjob.coordination.Limit;
import io.elasticjob.coordination.Waiter;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Rules about limits, each broken on its own. */
enum LimitMutant implements Mutant {
    /** What has ended, or was given up after a death, is counted for as long as the leader has not looked. */
    WHAT_HAS_ENDED_IS_COUNTED_STILL {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.without(
                    registry, (all, write) -> write instanceof Write.Delete && isCounted(write) && isOfRecords(all));
        }
    },

    /** What nobody is left to take over is counted for ever. */
    THE_LEADER_LOOKS_AWAY {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.without(
                    registry, (all, write) -> write instanceof Write.Delete && isCounted(write) && !isOfRecords(all));
        }
    },

    /** A claim is counted, but nobody makes sure that no other was counted meanwhile. */
    CLAIMS_ARE_COUNTED_BESIDE_ONE_ANOTHER {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.without(
                    registry, (all, write) -> write instanceof Write.Put && isLimit(write) && isOfRecords(all));
        }
    },

    CLAIMS_ARE_NOT_COUNTED {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.without(registry, (all, write) -> write instanceof Write.Create && isCounted(write));
        }
    },

    /** Nobody sees who waits elsewhere. */
    PRIORITY_ENDS_AT_THE_PROCESS {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<List<String>> children(Session session, String path) {
                    return super.children(session, path)
                            .thenApply(names -> names.stream()
                                    .filter(name -> Waiter.named(name).isEmpty())
                                    .toList());
                }
            };
        }
    },

    /** Who has waited is seen to wait for ever. */
    WHO_WAITED_WAITS_STILL {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.without(
                    registry,
                    (all, write) -> write instanceof Write.Delete
                            && Waiter.named(Interference.nameOf(write.path())).isPresent());
        }
    },

    /** A limit that was lowered counts for what it was. */
    LIMITS_ARE_NEVER_LOWERED {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            Map<String, Limit> highest = new HashMap<>();
            return Interference.altered(registry, (path, read) -> {
                if (!path.matches("/sim/limits/[^/@]+")
                        || !(LimitCodec.decode(read.data()) instanceof Decoded.Value<Limit> value)) {
                    return read;
                }
                Limit most =
                        highest.merge(path, value.value(), (one, other) -> one.most() > other.most() ? one : other);
                Limit told = new Limit(most.most(), value.value().order());
                return new Read.Present(LimitCodec.encode(told), read.stat());
            });
        }
    },

    /** No record says that its claim is counted. */
    RECORDS_DO_NOT_SAY_WHAT_IS_COUNTED {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.altered(
                    registry,
                    (path, read) -> Interference.isRecord(path) ? Interference.without("counted", read) : read);
        }
    };

    private static boolean isLimit(Write write) {
        return write.path().matches("/sim/limits/[^/]+");
    }

    private static boolean isCounted(Write write) {
        return write.path().matches("/sim/limits/[^/]+/[^/]+")
                && Waiter.named(Interference.nameOf(write.path())).isEmpty();
    }

    private static boolean isOfRecords(List<Write> all) {
        return all.stream().anyMatch(write -> write instanceof Write.Put && Interference.isRecord(write.path()));
    }
}
