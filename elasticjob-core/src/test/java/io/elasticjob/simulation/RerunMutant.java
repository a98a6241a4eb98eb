package io.elasticjob.simulation;

import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.FiringMarks;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.PastFirings;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rules about past firings that run again, each broken on its own. */
enum RerunMutant implements Mutant {
    /** That a request was carried out is not noted: one whose answer was lost is carried out twice. */
    REQUESTS_ARE_NOT_NOTED {
        @Override
        FiringRecord requested(FiringRecord before, FiringRecord after) {
            return with(after, before.marks().past());
        }
    },

    /** A request writes whatever is there by now: another one may have made the same triggers meanwhile. */
    REQUESTS_CHECK_NO_VERSION {
        @Override
        int version(int decided, int there) {
            return there;
        }
    },

    /** The trigger does not say how many attempts there were. */
    ATTEMPTS_ARE_FORGOTTEN {
        @Override
        Trigger created(Trigger trigger, Trigger.Rerun rerun) {
            return again(trigger, new Trigger.Rerun(rerun.of(), new TreeMap<>(), rerun.successors()));
        }
    },

    /** A close does not say how many attempts there were by then. */
    CLOSES_KEEP_NOTHING_NEW {
        @Override
        FiringRecord closed(FiringRecord before, FiringRecord after) {
            PastFirings was = before.marks().past();
            PastFirings is = after.marks().past();
            return with(after, new PastFirings(is.opened(), was.closed(), is.requests()));
        }
    },

    /** What runs after a firing runs again, too, wanted or not. */
    SUCCESSORS_ALWAYS_RUN {
        @Override
        FiringRecord opened(FiringRecord after, PastFirings.Opened opened) {
            return with(after, opened, true);
        }
    },

    /** What runs after a firing never runs again. */
    SUCCESSORS_NEVER_RUN {
        @Override
        FiringRecord opened(FiringRecord after, PastFirings.Opened opened) {
            return with(after, opened, false);
        }
    };

    FiringRecord requested(FiringRecord before, FiringRecord after) {
        return after;
    }

    FiringRecord closed(FiringRecord before, FiringRecord after) {
        return after;
    }

    FiringRecord opened(FiringRecord after, PastFirings.Opened opened) {
        return after;
    }

    int version(int decided, int there) {
        return decided;
    }

    Trigger created(Trigger trigger, Trigger.Rerun rerun) {
        return trigger;
    }

    private static FiringRecord with(FiringRecord record, PastFirings past) {
        return record.with(new FiringMarks(record.marks().missed(), past));
    }

    private static FiringRecord with(FiringRecord record, PastFirings.Opened opened, boolean successors) {
        PastFirings past = record.marks().past();
        return with(
                record,
                new PastFirings(
                        new PastFirings.Opened(opened.firing(), opened.asked(), successors),
                        past.closed(),
                        past.requests()));
    }

    private static Trigger again(Trigger trigger, Trigger.Rerun rerun) {
        Trigger.Content content = trigger.content();
        return new Trigger(
                trigger.number(),
                trigger.requestedAt(),
                trigger.request(),
                new Trigger.Content(
                        content.shards(),
                        content.shardingTotalCount(),
                        content.parameter(),
                        content.parameters(),
                        content.interval(),
                        content.chain(),
                        rerun),
                trigger.forced(),
                trigger.by(),
                trigger.unknown());
    }

    @Override
    public Registry wrap(Registry registry, Function<String, Read> truth) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                List<Write> sent = new ArrayList<>();
                boolean isRequest = writes.stream().anyMatch(write -> rerunIn(write) != null);
                writes.forEach(write -> sent.add(changed(write, isRequest, truth)));
                return super.commit(session, sent);
            }
        };
    }

    private Write changed(Write write, boolean isRequest, Function<String, Read> truth) {
        Trigger rerun = rerunIn(write);
        if (rerun != null && write instanceof Write.Create create) {
            Trigger other = created(rerun, rerun.content().rerun());
            return new Write.Create(create.path(), TriggerCodec.encode(other), create.life());
        }
        FiringRecord after = write instanceof Write.Put put ? firings(put.path(), put.data()) : null;
        if (after == null
                || !(write instanceof Write.Put put)
                || !(truth.apply(put.path()) instanceof Read.Present there)) {
            return write;
        }
        FiringRecord before = firings(put.path(), there.data());
        if (before == null) {
            return write;
        }
        FiringRecord changed = after;
        int version = put.version();
        PastFirings.Opened opened = after.marks().past().opened();
        boolean isRerun = after.current() != null && after.current().whole().isRerun();
        if (isRequest) {
            changed = requested(before, after);
            version = version(version, there.stat().version());
        } else if (isRerun
                && after.current().stage() instanceof FiringRecord.Closed
                && before.open().isPresent()) {
            changed = closed(before, after);
        } else if (isRerun
                && opened != null
                && opened.firing().equals(after.current().whole().firing())) {
            changed = opened(after, opened);
        }
        return new Write.Put(put.path(), FiringRecordCodec.encode(changed), version);
    }

    private static @Nullable Trigger rerunIn(Write write) {
        return write instanceof Write.Create create
                        && create.path().startsWith("/sim/jobs/")
                        && TriggerCodec.decode(0, Instant.EPOCH, create.data()) instanceof Decoded.Value<Trigger> value
                        && value.value().content().rerun() != null
                ? value.value()
                : null;
    }

    private static @Nullable FiringRecord firings(String path, byte[] data) {
        return path.startsWith("/sim/firings/")
                        && FiringRecordCodec.decode(data) instanceof Decoded.Value<FiringRecord> value
                ? value.value()
                : null;
    }
}
