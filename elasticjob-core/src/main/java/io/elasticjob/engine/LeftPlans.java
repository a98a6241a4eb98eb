package io.elasticjob.engine;

import io.elasticjob.JobDefinition;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the leader removes of plans: those that no firing runs by, as their instance died before it had stored all of them, or
 * before it had deleted them. What was there before the record was read, and is not what that names, never will be: who wrote
 * it has planned under an earlier version of the record. Confined to the loop.
 */
final class LeftPlans {

    private static final int AT_ONCE = 100;

    private final Layout layout;
    private final JobTable jobs;
    private final Leadership leadership;
    private final Outbox outbox;

    /** Whether a job had planned shards since this instance leads: then there may be plans. */
    private boolean areThere;

    LeftPlans(Layout layout, JobTable jobs, Leadership leadership, Outbox outbox) {
        this.layout = layout;
        this.jobs = jobs;
        this.leadership = leadership;
        this.outbox = outbox;
    }

    void lost() {
        areThere = false;
    }

    void round(Connection over) {
        areThere |= jobs.jobs().stream().anyMatch(LeftPlans::isPlanned);
        if (areThere) {
            outbox.children(over, layout.plans(), result -> {
                if (result instanceof Result.Told<List<String>> told) {
                    look(over, told.answer());
                }
            });
        }
    }

    private static boolean isPlanned(JobState job) {
        JobDefinition definition = job.definition();
        return definition != null && definition.plannedShards().arePlanned();
    }

    private void look(Connection over, List<String> names) {
        Map<Layout.JobLife, List<String>> byJob = new LinkedHashMap<>();
        for (String name : names) {
            Layout.planNamed(name)
                    .ifPresent(plan -> byJob.computeIfAbsent(plan.of(), any -> new ArrayList<>())
                            .add(name));
        }
        byJob.forEach((of, plans) -> outbox.read(over, List.of(layout.firings(of.job(), of.life())), result -> {
            if (result instanceof Result.Told<List<Read>> told) {
                delete(over, of, plans, told.answer().get(0));
            }
        }));
    }

    private void delete(Connection over, Layout.JobLife of, List<String> plans, Read read) {
        FiringRecord record = null;
        if (read instanceof Read.Present present) {
            if (!(FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> value)) {
                return; // a later version's: it will deal with it
            }
            record = value.value();
            if (record.planning().isPresent()) {
                return; // they may be of the plan that is being written
            }
        } else if (jobs.job(of.job())
                .filter(job -> job.life().name().equals(of.life()))
                .isPresent()) {
            return; // its record is still to be made, or was lost
        }
        String inUse = inUse(record);
        List<Write> deletes = new ArrayList<>();
        for (String name : plans) {
            boolean isLeft = Layout.planNamed(name)
                    .filter(plan -> !plan.plan().equals(inUse))
                    .isPresent();
            if (isLeft) {
                deletes.add(new Write.Delete(layout.plans() + "/" + name, 0));
            }
        }
        if (!deletes.isEmpty()) {
            delete(over, deletes.subList(0, Math.min(deletes.size(), AT_ONCE)));
        }
    }

    /** One that somebody has written over hinders none of the others. */
    private void delete(Connection over, List<Write> deletes) {
        List<Write> writes = leadership.asLeader(deletes);
        outbox.commit(over, writes, result -> {
            boolean isRefused = result instanceof Result.Told<Answer> told
                    && told.answer() instanceof Answer.Refused refused
                    && deletes.contains(writes.get(refused.index()));
            if (isRefused && deletes.size() > 1) {
                deletes.forEach(one -> delete(over, List.of(one)));
            } else if (isRefused) {
                deleteAsItIs(over, deletes.get(0).path());
            }
        });
    }

    private void deleteAsItIs(Connection over, String path) {
        outbox.read(over, List.of(path), result -> {
            if (result instanceof Result.Told<List<Read>> told
                    && told.answer().get(0) instanceof Read.Present present
                    && leadership.isHeld(over)) {
                Write deleted = new Write.Delete(path, present.stat().version());
                outbox.commit(over, leadership.asLeader(List.of(deleted)), any -> {}); // else in the next round
            }
        });
    }

    private static @Nullable String inUse(@Nullable FiringRecord record) {
        FiringRecord.Current current = record == null ? null : record.current();
        FiringRecord.Plan plan = current == null || current.stage() instanceof FiringRecord.Closed
                ? null
                : current.whole().plan();
        return plan == null ? null : plan.id();
    }
}
