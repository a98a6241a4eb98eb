package io.elasticjob.simulation;

import io.elasticjob.FiringClock;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Rules about clocks, each broken on its own, as those of {@link Mutant} are. */
enum ClockMutant {
    /** Firings come due by the clock of the machine. */
    DUE_BY_THE_LOCAL_CLOCK {
        @Override
        FiringClock clock(FiringClock meant) {
            return FiringClock.LOCAL;
        }
    },
    /** Whatever ZooKeeper's clock shows is believed, as if that of the machine showed the same. */
    A_STEP_OF_ZOOKEEPERS_CLOCK_IS_FOLLOWED {
        @Override
        boolean isFollowed() {
            return true;
        }
    },
    /** Due is judged by the latest time that it can be, and not by the earliest. */
    DUE_BY_THE_LATEST_TIME {
        @Override
        Registry wrap(Registry registry, BooleanSupplier stepped) {
            return stampedLater(registry, Duration.ofMillis(40));
        }
    },
    /** While ZooKeeper's clock is not followed, nothing is claimed. */
    NOTHING_IS_CLAIMED_WHILE_IT_IS_HELD {
        @Override
        Registry wrap(Registry registry, BooleanSupplier stepped) {
            return new PassingRegistry(registry) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    boolean claims = writes.stream()
                            .anyMatch(write -> write instanceof Write.Put && Interference.isRecord(write.path()));
                    return claims && stepped.getAsBoolean()
                            ? CompletableFuture.completedFuture(new Answer.Refused(0, Answer.Reason.VERSION))
                            : super.commit(session, writes);
                }
            };
        }
    };

    FiringClock clock(FiringClock meant) {
        return meant;
    }

    /** Whether the clock of each machine goes where ZooKeeper's goes. */
    boolean isFollowed() {
        return false;
    }

    /** @param stepped whether ZooKeeper's clock shows a time that nobody is to follow */
    Registry wrap(Registry registry, BooleanSupplier stepped) {
        return registry;
    }

    private static Stat later(Stat stat, Duration by) {
        return new Stat(
                stat.created(),
                stat.modified(),
                stat.version(),
                stat.createdAt(),
                stat.modifiedAt().plus(by),
                stat.children(),
                stat.childrenMade());
    }

    private static Registry stampedLater(Registry registry, Duration by) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                return super.commit(session, writes)
                        .thenApply(answer -> answer instanceof Answer.Committed committed
                                ? new Answer.Committed(committed.results().stream()
                                        .map(written -> new Answer.Written(
                                                written.path(), written.stat().map(stat -> later(stat, by))))
                                        .toList())
                                : answer);
            }
        };
    }
}
