package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.FormerLife;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.UndeclaredJob;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the leader removes: records of lives of jobs that are over, and jobs that nobody has declared for a configured time.
 * Each deletion is a transaction that checks the leader's own instance, the latch, and the version of what was decided on;
 * one that is refused is decided anew in a later round. Confined to the loop.
 */
final class Leftovers {

    private static final int AT_ONCE = 200;

    /** A folder of records that seems to be a former life's, as far as it is known. */
    private static final class Folder {

        final String path;
        final Layout.JobLife life;
        final List<String> shards;
        final Map<String, Integer> versions = new LinkedHashMap<>();
        final SortedSet<String> owners = new TreeSet<>();
        int version;

        Folder(String path, Layout.JobLife life, Collection<String> shards) {
            this.path = path;
            this.life = life;
            this.shards = List.copyOf(new TreeSet<>(shards));
        }
    }

    private final Layout layout;
    private final Presence presence;
    private final Roster roster;
    private final JobTable jobTable;
    private final Leadership leadership;
    private final Outbox outbox;
    private final @Nullable Duration forgetAfter;

    private boolean toSearch = true;
    private @Nullable Object search;

    /**
     * @param forgetAfter how long nobody may have declared a job that is to be forgotten; null: none is
     */
    Leftovers(
            Layout layout,
            Presence presence,
            Roster roster,
            JobTable jobTable,
            Leadership leadership,
            Outbox outbox,
            @Nullable Duration forgetAfter) {
        this.layout = layout;
        this.presence = presence;
        this.roster = roster;
        this.jobTable = jobTable;
        this.leadership = leadership;
        this.outbox = outbox;
        this.forgetAfter = forgetAfter;
    }

    /** Some job has gone, or may have while nobody was leading: its records are looked for in the next round. */
    void searchAgain() {
        toSearch = true;
    }

    void lost() {
        search = null;
        toSearch = true;
    }

    void round(Connection over) {
        if (forgetAfter != null) {
            considerJobs(over, forgetAfter);
        }
        if (toSearch && search == null) {
            toSearch = false;
            Object begun = new Object();
            search = begun;
            search(over, begun);
        }
    }

    // ---- Jobs that nobody declares --------------------------------------------------------------------------------

    private void considerJobs(Connection over, Duration after) {
        int left = AT_ONCE;
        for (JobState job : List.copyOf(jobTable.jobs())) {
            StoredJob stored = job.stored();
            if (stored == null || left == 0) {
                continue;
            }
            UndeclaredJob decision =
                    UndeclaredJob.decide(stored, roster.mayDeclare(job.name()), after, presence.registryNow());
            if (decision instanceof UndeclaredJob.Mark mark) {
                left--;
                write(
                        over,
                        job,
                        new Write.Put(job.path(), StoredJobCodec.encode(mark.job()), job.version()),
                        new ElasticJobEvent.JobUndeclared(
                                job.name(),
                                stored.application(),
                                presence.registryNow().plus(after)));
            } else if (decision instanceof UndeclaredJob.Forget forget) {
                left--;
                write(
                        over,
                        job,
                        new Write.Delete(job.path(), job.version()),
                        new ElasticJobEvent.JobForgotten(job.name(), stored.application(), forget.undeclaredSince()));
            }
        }
    }

    /** Each job in a transaction of its own, so that one that has changed holds up no other. */
    private void write(Connection over, JobState job, Write write, ElasticJobEvent event) {
        outbox.commit(over, leadership.asLeader(List.of(write)), result -> {
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                outbox.publish(event);
            } else if (leadership.isHeld(over)) {
                jobTable.reread(over, List.of(job.name()));
            }
        });
    }

    // ---- Records of former lives ----------------------------------------------------------------------------------

    private void search(Connection over, Object of) {
        outbox.children(over, layout.shards(), told(of, names -> {
            Deque<String> suspects = new ArrayDeque<>();
            names.stream().sorted().filter(name -> !isPresentLife(name)).forEach(suspects::add);
            next(over, of, suspects);
        }));
    }

    /** By what is known of the jobs, which may be behind: it spares reads, and proves nothing. */
    private boolean isPresentLife(String folder) {
        return Layout.lifeNamed(folder)
                .flatMap(life -> jobTable.job(life.job()).filter(job -> !FormerLife.isOver(life.life(), job.life())))
                .isPresent();
    }

    private void next(Connection over, Object of, Deque<String> suspects) {
        String name = suspects.poll();
        if (name == null) {
            search = null;
            return;
        }
        Layout.JobLife life = Layout.lifeNamed(name).orElse(null);
        if (life == null) {
            next(over, of, suspects); // nothing of ours
            return;
        }
        String path = layout.shards() + "/" + name;
        Runnable then = () -> next(over, of, suspects);
        outbox.children(over, path, told(of, shards -> {
            Folder folder = new Folder(path, life, shards);
            outbox.read(over, List.of(path, layout.job(life.job())), told(of, reads -> {
                Long present =
                        reads.get(1) instanceof Read.Present job ? job.stat().created() : null;
                if (reads.get(0) instanceof Read.Present itself && FormerLife.isOver(life.life(), present)) {
                    folder.version = itself.stat().version();
                    readRecords(over, of, folder, 0, then);
                } else {
                    then.run();
                }
            }));
        }));
    }

    private void readRecords(Connection over, Object of, Folder folder, int from, Runnable then) {
        if (from >= folder.shards.size()) {
            askForOwners(over, of, folder, then);
            return;
        }
        List<String> paths = folder.shards.subList(from, Math.min(folder.shards.size(), from + AT_ONCE)).stream()
                .map(shard -> folder.path + "/" + shard)
                .toList();
        outbox.read(over, paths, told(of, reads -> {
            for (int i = 0; i < paths.size(); i++) {
                if (reads.get(i) instanceof Read.Present present && !note(folder, paths.get(i), present)) {
                    then.run(); // a later version's: it will deal with it
                    return;
                }
            }
            readRecords(over, of, folder, from + AT_ONCE, then);
        }));
    }

    /** False when the record must not be touched by this version. */
    private static boolean note(Folder folder, String path, Read.Present present) {
        Decoded<ShardRecord> decoded = ShardRecordCodec.decode(present.data());
        if (decoded instanceof Decoded.Newer<ShardRecord>) {
            return false;
        }
        if (decoded instanceof Decoded.Value<ShardRecord> value && !FormerLife.isRemovable(value.value(), false)) {
            folder.owners.add(String.valueOf(value.value().owner()));
        }
        folder.versions.put(path, present.stat().version());
        return true;
    }

    /** Whoever is recorded as running may be alive: only a read of its node, after that of the record, tells. */
    private void askForOwners(Connection over, Object of, Folder folder, Runnable then) {
        if (folder.owners.isEmpty()) {
            delete(over, of, folder, then);
            return;
        }
        List<String> nodes = folder.owners.stream().map(layout::instance).toList();
        outbox.read(over, nodes, told(of, reads -> {
            if (reads.stream().allMatch(Read.Absent.class::isInstance)) {
                delete(over, of, folder, then);
            } else {
                toSearch = true; // when they have ended
                then.run();
            }
        }));
    }

    private void delete(Connection over, Object of, Folder folder, Runnable then) {
        List<Write> deletes = new ArrayList<>();
        folder.versions.forEach((path, version) -> deletes.add(new Write.Delete(path, version)));
        deletes.add(new Write.Delete(folder.path, folder.version));
        deleteFrom(over, of, folder, deletes, then);
    }

    private void deleteFrom(Connection over, Object of, Folder folder, List<Write> deletes, Runnable then) {
        if (deletes.isEmpty()) {
            outbox.publish(new ElasticJobEvent.RecordsRemoved(folder.life.job(), folder.path, folder.versions.size()));
            then.run();
            return;
        }
        int count = Math.min(deletes.size(), AT_ONCE);
        outbox.commit(over, leadership.asLeader(deletes.subList(0, count)), told(of, answer -> {
            if (answer instanceof Answer.Committed) {
                deleteFrom(over, of, folder, deletes.subList(count, deletes.size()), then);
            } else {
                toSearch = true; // something was written meanwhile: it is looked at again
                then.run();
            }
        }));
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    /** Goes on with an answer, unless the search is another one by now; without an answer it is begun anew later. */
    private <T> Consumer<Result<T>> told(Object of, Consumer<T> then) {
        return result -> {
            if (of != search) {
                return;
            }
            if (result instanceof Result.Told<T> told) {
                then.accept(told.answer());
            } else {
                search = null;
                toSearch = true;
            }
        };
    }
}
