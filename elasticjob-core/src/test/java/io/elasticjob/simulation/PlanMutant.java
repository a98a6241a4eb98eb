package io.elasticjob.simulation;

import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.PlannedCodec;
import io.elasticjob.coordination.Planned;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Rules about firings by hand that are to come, each broken on its own, in a chapter of its own. */
enum PlanMutant implements Mutant {
    /** A trigger is made, and nothing says that it was. */
    NOTHING_IS_NOTED {
        @Override
        Write sent(Write write, Function<String, Read> truth) {
            return isPlanned(write.path()) && !(write instanceof Write.Create) ? new Write.Check("/sim", 0) : write;
        }
    },

    /** How far a backfill has come the leader keeps in mind: the next one begins from the start. */
    PROGRESS_IS_IN_MEMORY {
        @Override
        Planned read(Planned planned) {
            return new Planned(
                    planned.asked(),
                    planned.requestedAt(),
                    planned.notBefore(),
                    planned.fireTimes(),
                    planned.before(),
                    0,
                    planned.unknown());
        }
    },

    /** That a trigger was made is noted before it is. */
    ALL_IS_NOTED_AT_ONCE {
        @Override
        Planned read(Planned planned) {
            return new Planned(
                    planned.asked(),
                    planned.requestedAt(),
                    planned.notBefore(),
                    planned.fireTimes(),
                    planned.before(),
                    Math.min(planned.count(), planned.made() + 1),
                    planned.unknown());
        }
    },

    /** Whatever is asked for is due. */
    NOTHING_WAITS_FOR_ITS_TIME {
        @Override
        Planned read(Planned planned) {
            return planned.notBefore() == null
                    ? planned
                    : new Planned(
                            planned.asked(),
                            planned.requestedAt(),
                            planned.requestedAt(),
                            planned.fireTimes(),
                            planned.before(),
                            planned.made(),
                            planned.unknown());
        }
    },

    /** The newest fire time comes first. */
    THE_LAST_COMES_FIRST {
        @Override
        Planned read(Planned planned) {
            List<Instant> reversed = new ArrayList<>(planned.fireTimes());
            Collections.reverse(reversed);
            return new Planned(
                    planned.asked(),
                    planned.requestedAt(),
                    planned.notBefore(),
                    reversed,
                    planned.before(),
                    planned.made(),
                    planned.unknown());
        }
    },

    PLANS_ARE_NOT_HEARD_OF {
        @Override
        boolean hears(String path) {
            return !path.endsWith("/planned");
        }
    };

    Write sent(Write write, Function<String, Read> truth) {
        return write;
    }

    Planned read(Planned planned) {
        return planned;
    }

    boolean hears(String path) {
        return true;
    }

    private static boolean isPlanned(String path) {
        return path.startsWith("/sim/planned/");
    }

    @Override
    public Registry wrap(Registry registry, Function<String, Read> truth) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                return super.commit(
                        session,
                        writes.stream().map(write -> sent(write, truth)).toList());
            }

            @Override
            public CompletionStage<List<String>> children(Session session, String path) {
                return super.children(session, path).thenApply(names -> hears(path) ? names : List.of());
            }

            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                return super.read(session, paths).thenApply(reads -> {
                    List<Read> broken = new ArrayList<>();
                    for (int i = 0; i < reads.size(); i++) {
                        broken.add(broken(paths.get(i), reads.get(i)));
                    }
                    return broken;
                });
            }
        };
    }

    private Read broken(String path, Read read) {
        return read instanceof Read.Present present
                        && isPlanned(path)
                        && PlannedCodec.decode("job", present.stat().createdAt(), present.data())
                                instanceof Decoded.Value<PlannedCodec.Stored> value
                ? new Read.Present(
                        PlannedCodec.encode(
                                read(value.value().planned()), value.value().mark()),
                        present.stat())
                : read;
    }
}
