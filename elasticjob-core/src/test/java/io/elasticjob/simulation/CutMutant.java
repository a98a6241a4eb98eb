package io.elasticjob.simulation;

import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rules about retries, timeouts and cancels, each broken on its own, in a chapter of its own. */
enum CutMutant implements Mutant {
    /** That what runs is to end is recorded as its end, whatever it does. */
    TOLD_IS_ENDED {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return record.stop()
                    .filter(stop -> before.stop().isEmpty())
                    .map(stop ->
                            record.completed(stop.outcome(), record.fireTime().orElse(null), stop.at()))
                    .orElse(record);
        }
    },

    /** What could not be ended in time counts as ended. */
    NOTHING_LINGERS {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return record.lingers() ? record.lingering(false) : record;
        }
    },

    /** What goes on is known to the one that runs it alone. */
    LINGERERS_ARE_NOT_HEARD_OF {
        @Override
        ShardRecord read(ShardRecord record) {
            return record.lingering(false);
        }
    },

    /** What was cancelled has failed. */
    CANCELLED_IS_FAILED {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return before.isRunning() && isCancelled(record) ? before.failed(FAILED, Instant.EPOCH) : record;
        }
    },

    /** What was cancelled is given back, as at a shutdown. */
    CANCELLED_IS_FAILED_OVER {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return before.isRunning() && isCancelled(record) ? before.givenBack(new Outcome.Abandoned()) : record;
        }
    },

    CANCELS_ARE_NOT_HEARD_OF {
        @Override
        boolean hears(String path) {
            return !path.endsWith("/cancels");
        }
    },

    /** A failure decides its firing, though it is to be run again. */
    A_FAILURE_DECIDES {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return record.toRetry().isPresent()
                    ? record.decidedThrough(record.fireTime().orElse(null))
                    : record;
        }
    },

    /** Each failure is the first one. */
    FAILURES_ARE_NOT_COUNTED {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return record.toRetry()
                    .filter(failed -> record.state() instanceof ShardState.Idle)
                    .map(failed -> with(
                            record,
                            new ShardState.Idle(attempt(
                                    failed,
                                    new ShardState.Failures(1, failed.failures().latest())))))
                    .orElse(record);
        }
    },

    /** Another firing begins with the failures of the one before. */
    FAILURES_GO_OVER_TO_THE_NEXT_FIRING {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return record.state() instanceof ShardState.Running running
                            && before.latest().isPresent()
                            && !running.attempt().firing().equals(before.firing())
                    ? with(
                            record,
                            new ShardState.Running(attempt(
                                    running.attempt(),
                                    before.latest().orElseThrow().failures())))
                    : record;
        }
    },

    /** What failed is run again at once. */
    NO_PAUSE {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return record.failedAt(Instant.parse("2026-01-01T00:00:00Z"));
        }
    },

    /** That something is to be run again is kept in memory, and read nowhere. */
    CHAINS_ARE_IN_MEMORY {
        @Override
        ShardRecord read(ShardRecord record) {
            return record.toRetry().isPresent() ? with(record, new ShardState.Idle(null)) : record;
        }
    },

    /** Who runs something again overwrites whatever is there. */
    RETRIES_CHECK_NO_VERSION {
        @Override
        int version(ShardRecord before, ShardRecord record, int sent, int there) {
            boolean again = record.state() instanceof ShardState.Running running
                    && running.attempt().failures().count() > 0
                    && running.attempt().number() > 1;
            return again ? there : sent;
        }
    },

    /** What failed before a job was enabled again still counts. */
    FAILURES_OUTLIVE_THE_PAUSE {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return before.streak()
                    .filter(had -> record.isRunning())
                    .flatMap(had -> record.streak()
                            .map(has -> record.withStreak(new ShardRecord.Streak(had.failed(), has.since()))))
                    .orElse(record);
        }
    },

    /** Firings that failed are counted in memory: another instance begins to count anew. */
    STREAKS_ARE_IN_MEMORY {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return record.withStreak(null);
        }
    },

    /** A firing that succeeds changes nothing about those that failed before. */
    A_SUCCESS_ENDS_NO_STREAK {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return "SUCCEEDED".equals(record.outcome()) && before.isRunning() && !record.isRunning()
                    ? record.withStreak(before.streak().orElse(null))
                    : record;
        }
    },

    /** What an operator has cancelled has failed, too. */
    WHAT_IS_CANCELLED_COUNTS_AS_FAILED {
        @Override
        ShardRecord written(ShardRecord before, ShardRecord record) {
            return before.isRunning() && isCancelled(record)
                    ? record.streak()
                            .map(had -> record.withStreak(new ShardRecord.Streak(had.failed() + 1, had.since())))
                            .orElse(record)
                    : record;
        }
    },

    /** A job that is to pause is found out, and nobody says so to the others. */
    PAUSES_ARE_NOT_WRITTEN {
        @Override
        boolean writes(StoredJob job) {
            return !isPaused(job);
        }
    },

    /** A job that pauses is written over whatever was there. */
    PAUSES_CHECK_NO_VERSION {
        @Override
        int version(StoredJob job, int sent, int there) {
            return isPaused(job) ? there : sent;
        }
    },

    /** That fewer attempts are wanted by now is not heard of. */
    ATTEMPTS_ARE_NEVER_FEWER {
        @Override
        StoredJob read(StoredJob job) {
            Map<JobKey, StoredJob.Override> overrides = new HashMap<>(job.overrides());
            overrides.remove(JobKey.RETRY_ATTEMPTS);
            return overrides.size() == job.overrides().size()
                    ? job
                    : new StoredJob(
                            job.name(),
                            job.life(),
                            new StoredJob.Settings(job.application(), job.declared(), overrides),
                            job.since(),
                            job.shardCount(),
                            job.marks(),
                            job.unknown());
        }
    };

    private static final Outcome FAILED = new Outcome.Failed("was cancelled");

    /** What is written instead. */
    ShardRecord written(ShardRecord before, ShardRecord record) {
        return record;
    }

    /** What is read instead. */
    ShardRecord read(ShardRecord record) {
        return record;
    }

    StoredJob read(StoredJob job) {
        return job;
    }

    boolean hears(String path) {
        return true;
    }

    int version(ShardRecord before, ShardRecord record, int sent, int there) {
        return sent;
    }

    /** Whether it is written at all. */
    boolean writes(StoredJob job) {
        return true;
    }

    int version(StoredJob job, int sent, int there) {
        return sent;
    }

    private static boolean isPaused(StoredJob job) {
        StoredJob.Override enabled = job.overrides().get(JobKey.ENABLED);
        return enabled != null && enabled.who().equals("job " + job.name());
    }

    private static boolean isCancelled(ShardRecord record) {
        return "CANCELLED".equals(record.outcome()) && record.state() instanceof ShardState.Done;
    }

    private static ShardRecord with(ShardRecord record, ShardState state) {
        return new ShardRecord(state, record.past(), record.checkpoint(), record.unknown());
    }

    private static ShardState.Attempt attempt(ShardState.Attempt of, ShardState.Failures failures) {
        return new ShardState.Attempt(
                of.firing(), of.owner(), of.number(), of.deaths(), of.token(), of.startedAt(), failures);
    }

    @Override
    public Registry wrap(Registry registry, Function<String, Read> truth) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                return super.commit(
                        session,
                        writes.stream().map(write -> broken(write, truth)).toList());
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

    private Write broken(Write write, Function<String, Read> truth) {
        if (write instanceof Write.Put put && put.path().matches("/sim/jobs/[^/]+")) {
            return brokenJob(put, truth);
        }
        if (!(write instanceof Write.Put put) || !isRecord(put.path())) {
            return write;
        }
        Read.Present there = truth.apply(put.path()) instanceof Read.Present present ? present : null;
        ShardRecord before = there == null ? null : record(there.data());
        ShardRecord record = record(put.data());
        if (record == null || there == null || before == null) {
            return write;
        }
        ShardRecord other = written(before, record);
        int version = version(before, record, put.version(), there.stat().version());
        return new Write.Put(put.path(), other.equals(record) ? put.data() : ShardRecordCodec.encode(other), version);
    }

    private Write brokenJob(Write.Put put, Function<String, Read> truth) {
        String name = put.path().substring(put.path().lastIndexOf('/') + 1);
        return StoredJobCodec.decode(name, put.data()) instanceof Decoded.Value<StoredJob> job
                        && truth.apply(put.path()) instanceof Read.Present there
                ? new Write.Put(
                        put.path(),
                        writes(job.value()) ? put.data() : there.data(),
                        version(job.value(), put.version(), there.stat().version()))
                : put;
    }

    private Read broken(String path, Read read) {
        if (!(read instanceof Read.Present present)) {
            return read;
        }
        ShardRecord record = isRecord(path) ? record(present.data()) : null;
        if (record != null) {
            ShardRecord other = read(record);
            return other.equals(record) ? read : new Read.Present(ShardRecordCodec.encode(other), present.stat());
        }
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (path.equals("/sim/jobs/" + name)
                && StoredJobCodec.decode(name, present.data()) instanceof Decoded.Value<StoredJob> job) {
            StoredJob other = read(job.value());
            return other.equals(job.value()) ? read : new Read.Present(StoredJobCodec.encode(other), present.stat());
        }
        return read;
    }

    private static boolean isRecord(String path) {
        return path.matches("/sim/shards/[^/]+/[0-9]+");
    }

    private static @Nullable ShardRecord record(byte[] data) {
        return ShardRecordCodec.decode(data) instanceof Decoded.Value<ShardRecord> value ? value.value() : null;
    }
}
