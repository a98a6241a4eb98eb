package io.elasticjob.simulation;

import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Rules about poison, each broken on its own between an engine and its registry, as those of {@link Mutant} are. */
enum PoisonMutant {
    /** One exception over a node ends the listing: what comes after it is not read. */
    POISON_ENDS_THE_LISTING {
        @Override
        Registry wrap(Registry registry, BooleanSupplier strategyHasThrown) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths).thenApply(reads -> {
                        List<Read> upToIt = new ArrayList<>();
                        boolean ended = false;
                        for (int i = 0; i < reads.size(); i++) {
                            upToIt.add(ended ? new Read.Absent() : reads.get(i));
                            ended |= isJob(paths.get(i)) && !isReadableJob(reads.get(i));
                        }
                        return upToIt;
                    });
                }
            };
        }
    },

    /** What was asked for together is asked for together again, though its answer was too long. */
    TOO_LONG_IS_ASKED_FOR_AGAIN {
        @Override
        Registry wrap(Registry registry, BooleanSupplier strategyHasThrown) {
            return new PassingRegistry(registry) {
                private List<String> lost = List.of();

                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    List<String> asked = lost.containsAll(paths) ? lost : paths;
                    return super.read(session, asked)
                            .whenComplete((reads, failed) ->
                                    lost = failed == null || asked.size() < lost.size() ? lost : asked)
                            .thenApply(reads -> paths.stream()
                                    .map(path -> reads.get(asked.indexOf(path)))
                                    .toList());
                }
            };
        }
    },

    /**
     * An error of a strategy ends the assigning of all jobs: nothing is claimed any more. What was to be claimed is never
     * answered: a refusal would be answered by the next attempt, thousands of times in each history.
     */
    ERROR_OF_A_STRATEGY_COSTS_ALL {
        @Override
        Registry wrap(Registry registry, BooleanSupplier strategyHasThrown) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    boolean isOfRecord =
                            writes.stream().anyMatch(write -> write.path().startsWith("/sim/shards/"));
                    return isOfRecord && strategyHasThrown.getAsBoolean()
                            ? new CompletableFuture<>()
                            : super.commit(session, writes);
                }
            };
        }
    },

    /** An instance leaves standing what somebody else has written over its node. */
    GARBAGE_STANDS {
        @Override
        Registry wrap(Registry registry, BooleanSupplier strategyHasThrown) {
            return new PassingRegistry(registry) {
                private String garbled = "";

                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths).thenApply(reads -> {
                        for (int i = 0; i < reads.size(); i++) {
                            garbled = isGarbage(paths.get(i), reads.get(i)) ? paths.get(i) : garbled;
                        }
                        return reads;
                    });
                }

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    return writes.get(0) instanceof Write.Put put && put.path().equals(garbled)
                            ? CompletableFuture.completedFuture(new Answer.Refused(0, Answer.Reason.VERSION))
                            : super.commit(session, writes);
                }
            };
        }
    };

    private static boolean isJob(String path) {
        return path.matches("/sim/jobs/[^/]+");
    }

    private static boolean isReadableJob(Read read) {
        return !(read instanceof Read.Present present)
                || StoredJobCodec.decode("job", present.data()) instanceof Decoded.Value<?>;
    }

    private static boolean isGarbage(String path, Read read) {
        return path.startsWith("/sim/instances/")
                && read instanceof Read.Present present
                && !(InstanceCodec.decode("id", 1, present.data()) instanceof Decoded.Value<?>);
    }

    /** @param strategyHasThrown whether it has, on the process of this registry */
    abstract Registry wrap(Registry registry, BooleanSupplier strategyHasThrown);
}
