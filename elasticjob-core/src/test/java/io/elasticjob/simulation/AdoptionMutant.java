package io.elasticjob.simulation;

import static io.elasticjob.simulation.Interference.isRecord;
import static io.elasticjob.simulation.Interference.record;

import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.simulation.Observed.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Rules about what goes on under another instance, each broken on its own. */
enum AdoptionMutant implements Mutant {
    /** The record does not say the token any more, so that the transaction that adopts it counts as one. */
    FORGETS_THE_TOKEN {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.rewritten(
                    registry,
                    path -> true,
                    (before, after) -> Written.isAdoption(before, after) ? after.withToken(0) : after,
                    truth);
        }
    },

    /** What is refused counts as taken by somebody else. */
    REFUSED_IS_LOST {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(registry) {
                private final Set<String> refused = new HashSet<>();

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    List<String> adopted = writes.stream()
                            .filter(write -> write instanceof Write.Put put && isAdoption(put, truth))
                            .map(Write::path)
                            .toList();
                    return super.commit(session, writes).whenComplete((answer, failed) -> {
                        if (answer instanceof Answer.Refused) {
                            refused.addAll(adopted);
                        }
                    });
                }

                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    return super.read(session, paths).thenApply(reads -> {
                        List<Read> told = new ArrayList<>(reads);
                        for (int i = 0; i < told.size(); i++) {
                            if (told.get(i) instanceof Read.Present present && refused.remove(paths.get(i))) {
                                told.set(i, new Read.Present(anothers(present.data()), present.stat()));
                            }
                        }
                        return told;
                    });
                }
            };
        }
    };

    private static boolean isAdoption(Write.Put put, Function<String, Read> truth) {
        ShardRecord next = isRecord(put.path()) ? record(put.data()) : null;
        ShardRecord before =
                next != null && truth.apply(put.path()) instanceof Read.Present there ? record(there.data()) : null;
        return next != null && before != null && Written.isAdoption(before, next);
    }

    private static byte[] anothers(byte[] data) {
        ShardRecord there = record(data);
        Firing firing = there == null ? null : there.firing();
        return there == null || firing == null || there.startedAt() == null
                ? data
                : ShardRecordCodec.encode(
                        there.claimed(firing, "another.0", there.attempt() + 1, there.deaths() + 1, there.startedAt())
                                .withLease(Duration.ZERO));
    }
}
