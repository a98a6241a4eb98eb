package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Rules about firings that come due while their shard runs or while nobody is there, each broken on its own. */
enum OverlapMutant implements Mutant {

    /** What comes due while the shard runs is passed over, though it is to wait. */
    NOTHING_WAITS {
        @Override
        public JobDefinition declared(JobDefinition job) {
            return otherwise(job, Overlaps.QUEUES, JobKey.OVERLAP, "MISFIRE");
        }
    },

    /** What runs goes on when the next firing has come due, though it is to give way. */
    NOTHING_GIVES_WAY {
        @Override
        public JobDefinition declared(JobDefinition job) {
            return otherwise(job, Overlaps.GIVES_WAY, JobKey.OVERLAP, "MISFIRE");
        }
    },

    /** Of what was missed one firing runs, and not all. */
    WHAT_WAS_MISSED_RUNS_ONCE {
        @Override
        public JobDefinition declared(JobDefinition job) {
            return otherwise(job, Overlaps.MAKES_UP, JobKey.CATCH_UP, "1");
        }
    },

    /** Of what was missed fewer firings run than may. */
    HALF_OF_WHAT_WAS_MISSED_RUNS {
        @Override
        public JobDefinition declared(JobDefinition job) {
            return otherwise(job, Overlaps.MAKES_UP, JobKey.CATCH_UP, Integer.toString(Overlaps.CATCH_UP / 2));
        }
    },

    /** What was missed is too old before it may be. */
    WHAT_WAS_MISSED_IS_SOON_TOO_OLD {
        @Override
        public JobDefinition declared(JobDefinition job) {
            return otherwise(job, Overlaps.MAKES_UP, JobKey.CATCH_UP_AGE, "5s");
        }
    },

    /** A version that starts is noted, and runs nothing. */
    STARTS_ARE_ONLY_NOTED {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.without(registry, (all, write) -> isStart(write));
        }
    },

    /** A version that starts is noted after its run was asked for, and not with it: that is lost, or asked for twice. */
    STARTS_ARE_NOTED_LATER {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return new PassingRegistry(Interference.without(registry, (all, write) -> isStart(write))) {
                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    List<Write> starts =
                            writes.stream().filter(OverlapMutant::isStart).toList();
                    return starts.isEmpty()
                            ? super.commit(session, writes)
                            : registry.commit(session, starts).thenCompose(any -> super.commit(session, writes));
                }
            };
        }
    };

    @Override
    public Registry wrap(Registry registry, Function<String, Read> truth) {
        return registry;
    }

    private static boolean isStart(Write write) {
        return write instanceof Write.Create made
                && new String(made.data(), StandardCharsets.UTF_8).contains("\"startup-");
    }

    private static JobDefinition otherwise(JobDefinition job, String which, JobKey key, String value) {
        return job.name().equals(which) ? job.with(Map.of(key, new Setting(value, Setting.Source.CODE))) : job;
    }
}
