package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.codec.HomesCodec;
import io.elasticjob.coordination.Homes;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

/** Rules about where shards run, each broken on its own. */
enum PlacementMutant implements Mutant {

    /** Homes are where shards run, as soon as that has changed: an instance that restarts has lost them. */
    HOMES_MOVE_AT_ONCE {
        @Override
        Duration homesAfter() {
            return Duration.ofMillis(1);
        }
    },

    /** Homes are written nowhere. */
    HOMES_ARE_KEPT_IN_MEMORY {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.without(
                    registry,
                    (all, write) -> all.stream().anyMatch(one -> one.path().startsWith("/sim/homes/")));
        }
    },

    /** Nobody knows where shards are at home: whoever comes back gets any. */
    HOMES_ARE_FORGOTTEN {
        @Override
        public Registry wrap(Registry registry, Function<String, Read> truth) {
            return Interference.altered(
                    registry,
                    (path, read) -> path.startsWith("/sim/homes/")
                            ? new Read.Present(HomesCodec.encode(Homes.NONE), read.stat())
                            : read);
        }
    },

    /** Homes stay with instances that are gone for long. */
    HOMES_NEVER_MOVE {
        @Override
        Duration homesAfter() {
            return Duration.ofHours(1);
        }
    },

    /** One instance begins what needs several. */
    ONE_IS_ENOUGH {
        @Override
        public JobDefinition declared(JobDefinition job) {
            return otherwise(job, Placements.PAIR, JobKey.MIN_INSTANCES, "1");
        }
    },

    /** An instance runs whatever it has a handler for. */
    LABELS_ARE_NOT_LOOKED_AT {
        @Override
        public JobDefinition declared(JobDefinition job) {
            return otherwise(job, Placements.ZONE, JobKey.LABELS, "");
        }
    },

    /** Shards are shared by all instances, however many there are for each. */
    AN_INSTANCE_HAS_AS_MANY_SHARDS_AS_THERE_ARE {
        @Override
        public JobDefinition declared(JobDefinition job) {
            return otherwise(job, Placements.FEW_EACH, JobKey.MAX_SHARDS_PER_INSTANCE, "0");
        }
    };

    /** When shards get another home. */
    Duration homesAfter() {
        return Placements.HOMES_AFTER;
    }

    @Override
    public Registry wrap(Registry registry, Function<String, Read> truth) {
        return registry;
    }

    private static JobDefinition otherwise(JobDefinition job, String which, JobKey key, String value) {
        return job.name().equals(which) ? job.with(Map.of(key, new Setting(value, Setting.Source.CODE))) : job;
    }
}
