package io.elasticjob.engine;

import io.elasticjob.ArrayKind;
import io.elasticjob.ArrayPlace;
import io.elasticjob.ExecutionId;
import io.elasticjob.JobDefinition;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Layout.JobLife;
import io.elasticjob.registry.Read;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What runs on a cluster and has nobody to look after it. Usually the instance that has the shard takes it over; where that
 * does not have the cluster, one that has it finds it here. Confined to the loop.
 */
final class AbandonedArrays {

    /** Records that are read at once. */
    private static final int AT_ONCE = 100;

    private final Layout layout;
    private final Registration registration;
    private final JobTable jobTable;
    private final Outbox outbox;

    /** The job that was looked at last without a cluster having named it: what is not on the cluster any more is found so. */
    private String last = "";

    /**
     * Jobs that are no arrays, by the life and the version under which their records were found without one: a claim checks
     * that version, so that none comes to be there as long as it is the same.
     */
    private Map<JobLife, Integer> without = new HashMap<>();

    /** Under a record, which is read: whose, and when it was changed. */
    private record Found(ExecutionId id, String owner, long token) {}

    AbandonedArrays(Layout layout, Registration registration, JobTable jobTable, Outbox outbox) {
        this.layout = layout;
        this.registration = registration;
        this.jobTable = jobTable;
        this.outbox = outbox;
    }

    /** As {@link ShardRunner.Listener#abandoned}. */
    void ask(String cluster, Set<ExecutionId> first, Question<List<ShardRunner.Holding>> question) {
        Connection over = registration.usable().orElse(null);
        if (over == null) {
            outbox.refuse(question, new RegistryException("There is no connection at present"));
            return;
        }
        Map<String, JobLife> byPath = lives(first);
        List<String> paths = List.copyOf(byPath.keySet());
        List<JobLife> lives = List.copyOf(byPath.values());
        Map<JobLife, Integer> versions = versions(lives);
        outbox.readEachCaughtUp(over, paths, result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                outbox.refuse(question, new RegistryException("The records could not be read"));
                return;
            }
            List<Found> placed = new ArrayList<>();
            for (int i = 0; i < paths.size(); i++) {
                note(lives.get(i), versions.get(lives.get(i)), told.answer().get(i));
                Found found = found(cluster, lives.get(i), told.answer().get(i));
                if (found != null) {
                    placed.add(found);
                }
            }
            askForOwners(over, placed, question);
        });
    }

    /** The records to be read: those that the cluster names, and the next ones of the jobs that are known here. */
    private Map<String, JobLife> lives(Set<ExecutionId> first) {
        Map<String, JobLife> lives = new LinkedHashMap<>();
        first.stream()
                .filter(RunningRecords::isName)
                .forEach(id -> Layout.lifeNamed(id.job() + "@" + id.life())
                        .ifPresent(life -> lives.put(layout.record(id.job(), id.life(), 0), life)));
        TreeMap<String, JobState> others = new TreeMap<>();
        Map<JobLife, Integer> stillWithout = new HashMap<>();
        for (JobState job : jobTable.jobs()) {
            JobLife life = lifeOf(job);
            Integer version = without.get(life);
            if (isArray(job) || version == null || version != job.version()) {
                if (!job.owned().contains(0)) {
                    others.put(job.name(), job);
                }
            } else {
                stillWithout.put(life, version);
            }
        }
        without = stillWithout;
        List<JobState> next = new ArrayList<>(others.tailMap(last, false).values());
        next.addAll(others.headMap(last, true).values());
        next.stream().limit(Math.max(0, AT_ONCE - lives.size())).forEach(job -> {
            lives.put(job.life().record(0), lifeOf(job));
            last = job.name();
        });
        return lives;
    }

    private static JobLife lifeOf(JobState job) {
        return new JobLife(job.name(), job.life().name());
    }

    private static boolean isArray(JobState job) {
        JobDefinition definition = job.definition();
        return definition == null || ArrayKind.runs(definition); // one that cannot be used here may be
    }

    /** As they are before the records are read. */
    private Map<JobLife, Integer> versions(List<JobLife> lives) {
        Map<JobLife, Integer> versions = new HashMap<>();
        lives.forEach(life -> jobTable.job(life.job())
                .filter(job -> lifeOf(job).equals(life) && !isArray(job))
                .ifPresent(job -> versions.put(life, job.version())));
        return versions;
    }

    private void note(JobLife life, @Nullable Integer version, Read read) {
        boolean hasNone = read instanceof Read.Absent
                || (read instanceof Read.Present present
                        && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> value
                        && !value.value().isRunning() // else it may be about to be placed
                        && value.value().array() == null);
        if (version != null && hasNone) {
            without.put(life, version);
        }
    }

    private static @Nullable Found found(String cluster, JobLife life, Read read) {
        if (!(read instanceof Read.Present present)
                || !(ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> value)
                || !(value.value().state() instanceof ShardState.Running running)) {
            return null;
        }
        ArrayPlace place = value.value().array();
        OptionalLong token = value.value().runningToken(present.stat().modified());
        boolean isThere =
                place != null && place.released().isPresent() && place.cluster().equals(cluster) && token.isPresent();
        if (!isThere) {
            return null;
        }
        ShardState.Attempt attempt = running.attempt();
        ExecutionId id =
                new ExecutionId(life.job(), life.life(), attempt.firing().identity(), 0, attempt.number());
        return new Found(id, attempt.owner(), token.getAsLong());
    }

    /** Only a read of the owner's node that was issued after that of the record proves that it is dead. */
    private void askForOwners(Connection over, List<Found> placed, Question<List<ShardRunner.Holding>> question) {
        if (placed.isEmpty()) {
            outbox.answer(question, List.of());
            return;
        }
        List<String> owners =
                placed.stream().map(found -> layout.instance(found.owner())).toList();
        outbox.readEachCaughtUp(over, owners, result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                outbox.refuse(question, new RegistryException("The instances could not be read"));
                return;
            }
            List<ShardRunner.Holding> abandoned = new ArrayList<>();
            for (int i = 0; i < placed.size(); i++) {
                if (told.answer().get(i) instanceof Read.Absent) {
                    Found found = placed.get(i);
                    abandoned.add(new ShardRunner.Holding(found.id(), found.token(), Duration.ZERO, null));
                }
            }
            outbox.answer(question, abandoned);
        });
    }
}
