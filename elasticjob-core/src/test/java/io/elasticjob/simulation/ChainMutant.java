package io.elasticjob.simulation;

import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.JoinRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Chain;
import io.elasticjob.coordination.Chain.Ancestor;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.JoinRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rules about chains and joins, each broken on its own. */
enum ChainMutant implements Mutant {
    /** Whatever is there of joins is written over: what two branches note at the same time is no compare-and-set. */
    JOINS_CHECK_NO_VERSION {
        @Override
        Write sent(Write write, List<Write> all, Function<String, Read> truth) {
            return write instanceof Write.Put put
                            && isJoins(put.path())
                            && truth.apply(put.path()) instanceof Read.Present there
                    ? new Write.Put(put.path(), put.data(), there.stat().version())
                    : write;
        }
    },

    /** What is done is not kept: a second arrival is a first one again. */
    WHAT_IS_DONE_IS_FORGOTTEN {
        @Override
        JoinRecord written(JoinRecord record, @Nullable JoinRecord before) {
            return new JoinRecord(record.waiting(), List.of(), record.missed(), record.unknown());
        }
    },

    /** That a branch will not come is not noted. */
    WHAT_DOES_NOT_COME_IS_NOT_NOTED {
        @Override
        JoinRecord written(JoinRecord record, @Nullable JoinRecord before) {
            JoinRecord last = before == null ? JoinRecord.NEW : before;
            boolean isOver = record.done().size() > last.done().size()
                    && !record.done().get(record.done().size() - 1).fired();
            return isOver ? last : record;
        }
    },

    /** What has come for a join that has not run its job is not kept: it never runs, whatever runs again. */
    WHAT_HAS_COME_IS_NOT_KEPT {
        @Override
        JoinRecord written(JoinRecord record, @Nullable JoinRecord before) {
            return new JoinRecord(record.waiting(), record.done(), List.of(), record.unknown());
        }
    },

    /** A join that runs its job late goes on being one that has not run it. */
    LATE_RUNS_ARE_NOT_NOTED {
        @Override
        JoinRecord written(JoinRecord record, @Nullable JoinRecord before) {
            List<JoinRecord.Entry> missed = before == null ? List.of() : before.missed();
            return missed.size() > record.missed().size()
                            && before.done().size() == record.done().size()
                    ? before
                    : record;
        }
    },

    /** A job is run by a join that goes on waiting. */
    JOINS_FIRE_UNNOTED {
        @Override
        Write sent(Write write, List<Write> all, Function<String, Read> truth) {
            return isJoins(write.path()) && all.stream().anyMatch(one -> isTriggerOf(one, jobOf(write)))
                    ? all.get(0)
                    : write;
        }
    },

    /** A join is noted as done, and the job does not come with it. */
    JOINS_ARE_NOTED_ALONE {
        @Override
        Write sent(Write write, List<Write> all, Function<String, Read> truth) {
            return isTriggerOf(write, Chains.ALL) ? all.get(0) : write;
        }
    },

    /** Where a firing comes from is not kept with it. */
    ANCESTORS_ARE_FORGOTTEN {
        @Override
        Write sent(Write write, List<Write> all, Function<String, Read> truth) {
            FiringRecord record = firings(write);
            FiringRecord.Current current = record == null ? null : record.current();
            if (record == null || current == null || current.whole().ancestors().isEmpty()) {
                return write;
            }
            FiringRecord.Whole whole = current.whole();
            FiringRecord without = record.opened(
                    new FiringRecord.Whole(
                            whole.firing(),
                            whole.fireTime(),
                            whole.count(),
                            whole.listed(),
                            whole.openedAt(),
                            whole.jobVersion()),
                    current.stage());
            return new Write.Put(write.path(), FiringRecordCodec.encode(without), ((Write.Put) write).version());
        }
    },

    /** A branch that somebody runs by hand counts for the firing of the ancestor that was last. */
    BRANCHES_BY_HAND_JOIN {
        @Override
        Read read(String path, Read.Present present, Function<String, Read> truth) {
            Ancestor last = lastOf(Chains.FIRST, truth);
            if (last == null
                    || !path.startsWith("/sim/jobs/" + Chains.LEFT + "/")
                    || !(TriggerCodec.decode(0, present.stat().createdAt(), present.data())
                            instanceof Decoded.Value<Trigger> trigger)
                    || !trigger.value().content().chain().isNone()) {
                return present;
            }
            return new Read.Present(
                    TriggerCodec.encode(trigger.value().after(new Chain(List.of(last), List.of()))), present.stat());
        }
    },

    /** Firings of former lives of the ancestor count as those of the present one that are named alike. */
    FIRINGS_HAVE_NO_LIFE {
        @Override
        Read read(String path, Read.Present present, Function<String, Read> truth) {
            String life = lifeOf(Chains.FIRST, truth);
            if (life == null
                    || !isJoins(path)
                    || !(JoinRecordCodec.decode(present.data()) instanceof Decoded.Value<JoinRecord> joins)) {
                return present;
            }
            List<JoinRecord.Done> done = joins.value().done().stream()
                    .map(one -> new JoinRecord.Done(
                            one.identity().replaceFirst(Chains.FIRST + "@[^/]*", Chains.FIRST + "@" + life),
                            one.fired()))
                    .toList();
            JoinRecord other = new JoinRecord(
                    joins.value().waiting(),
                    done,
                    joins.value().missed(),
                    joins.value().unknown());
            return new Read.Present(JoinRecordCodec.encode(other), present.stat());
        }
    },

    /** Neither the settings of a job that joins others are checked, nor its life. */
    WHO_JOINS_IS_NOT_CHECKED {
        @Override
        Write sent(Write write, List<Write> all, Function<String, Read> truth) {
            boolean isOf = write.path().equals("/sim/jobs/" + Chains.ALL)
                    || write.path().startsWith("/sim/shards/" + Chains.ALL + "@")
                    || write.path().equals("/sim/jobs/" + Chains.ANY)
                    || write.path().startsWith("/sim/shards/" + Chains.ANY + "@");
            boolean isOfAnother = all.stream()
                    .map(ChainMutant::firings)
                    .anyMatch(record -> record != null
                            && record.current() != null
                            && record.current().stage() instanceof FiringRecord.Closed);
            boolean isOwn = all.get(all.size() - 1).path().contains("/firings/" + Chains.ALL + "@")
                    || all.get(all.size() - 1).path().contains("/firings/" + Chains.ANY + "@");
            return write instanceof Write.Check && isOf && isOfAnother && !isOwn ? all.get(0) : write;
        }
    };

    Write sent(Write write, List<Write> all, Function<String, Read> truth) {
        if (!isJoins(write.path())) {
            return write;
        }
        byte[] data = write instanceof Write.Put put
                ? put.data()
                : write instanceof Write.Create create ? create.data() : null;
        if (data == null || !(JoinRecordCodec.decode(data) instanceof Decoded.Value<JoinRecord> record)) {
            return write;
        }
        JoinRecord before = truth.apply(write.path()) instanceof Read.Present there
                        && JoinRecordCodec.decode(there.data()) instanceof Decoded.Value<JoinRecord> known
                ? known.value()
                : null;
        byte[] other = JoinRecordCodec.encode(written(record.value(), before));
        return write instanceof Write.Put put
                ? new Write.Put(put.path(), other, put.version())
                : new Write.Create(write.path(), other, Write.Life.PERSISTENT);
    }

    JoinRecord written(JoinRecord record, @Nullable JoinRecord before) {
        return record;
    }

    Read read(String path, Read.Present present, Function<String, Read> truth) {
        return present;
    }

    private static boolean isJoins(String path) {
        return path.startsWith("/sim/joins/chain-");
    }

    private static String jobOf(Write joins) {
        return Layout.lifeNamed(joins.path().substring("/sim/joins/".length()))
                .orElseThrow()
                .job();
    }

    private static boolean isTriggerOf(Write write, String job) {
        return write instanceof Write.Create && write.path().startsWith("/sim/jobs/" + job + "/");
    }

    private static @Nullable FiringRecord firings(Write write) {
        return write instanceof Write.Put put
                        && put.path().startsWith("/sim/firings/chain-")
                        && FiringRecordCodec.decode(put.data()) instanceof Decoded.Value<FiringRecord> value
                ? value.value()
                : null;
    }

    private static @Nullable String lifeOf(String job, Function<String, Read> truth) {
        return truth.apply("/sim/jobs/" + job) instanceof Read.Present present
                ? StoredJobCodec.lifeIn(job, present.data(), present.stat().created())
                        .orElse(null)
                : null;
    }

    private static @Nullable Ancestor lastOf(String job, Function<String, Read> truth) {
        String life = lifeOf(job, truth);
        return life != null
                        && truth.apply("/sim/firings/" + job + "@" + life) instanceof Read.Present present
                        && FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> record
                        && record.value().current() != null
                ? new Ancestor(
                        job,
                        life,
                        record.value().current().whole().firing(),
                        record.value().current().whole().fireTime())
                : null;
    }

    @Override
    public Registry wrap(Registry registry, Function<String, Read> truth) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                return super.commit(
                        session,
                        writes.stream().map(one -> sent(one, writes, truth)).toList());
            }

            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                return super.read(session, paths).thenApply(reads -> {
                    List<Read> broken = new ArrayList<>();
                    for (int i = 0; i < reads.size(); i++) {
                        broken.add(
                                reads.get(i) instanceof Read.Present present
                                        ? ChainMutant.this.read(paths.get(i), present, truth)
                                        : reads.get(i));
                    }
                    return broken;
                });
            }
        };
    }
}
