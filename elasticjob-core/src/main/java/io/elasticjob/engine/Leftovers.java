package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.FormerLife;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestSize;
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
 * What the leader removes of lives of jobs that are over: their records. Each deletion is a transaction that checks the leader's own instance, the latch, and the version of what was decided on;
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
        /** Of the record of its firings; null where there is none. */
        @Nullable
        Integer firings;
        /** Of the record of its joins; null where there is none. */
        @Nullable
        Integer joins;

        Folder(String path, Layout.JobLife life, Collection<String> shards) {
            this.path = path;
            this.life = life;
            this.shards = List.copyOf(new TreeSet<>(shards));
        }
    }

    private final Layout layout;
    private final JobTable jobTable;
    private final Leadership leadership;
    private final Outbox outbox;
    private final Inquiry records;

    private boolean toSearch = true;
    private @Nullable Object search;

    /** The folder that is being looked at, or at which the last search ended without an answer. */
    private String looking = "";

    Leftovers(Layout layout, JobTable jobTable, Leadership leadership, Outbox outbox) {
        this.layout = layout;
        this.jobTable = jobTable;
        this.leadership = leadership;
        this.outbox = outbox;
        this.records =
                new Inquiry(outbox, AT_ONCE, AT_ONCE, "the records of this former life of the job are left there");
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
        if (toSearch && search == null) {
            toSearch = false;
            Object begun = new Object();
            search = begun;
            search(over, begun);
        }
    }

    // ---- Records of former lives ----------------------------------------------------------------------------------

    private void search(Connection over, Object of) {
        outbox.children(over, layout.shards(), told(of, names -> {
            SortedSet<String> suspects = new TreeSet<>(names);
            suspects.removeIf(this::isPresentLife);
            next(over, of, inTurn(suspects));
        }));
    }

    /** Those behind the one at which the last search ended come first: it may end this one, too. */
    private Deque<String> inTurn(SortedSet<String> suspects) {
        Deque<String> turn = new ArrayDeque<>(suspects.tailSet(looking + "\0"));
        turn.addAll(suspects.headSet(looking + "\0"));
        turn.removeIf(suspect -> Layout.lifeNamed(suspect).isEmpty()); // nothing of ours
        return turn;
    }

    /** By what is known of the jobs, which may be behind: it spares reads, and proves nothing. */
    private boolean isPresentLife(String folder) {
        return Layout.lifeNamed(folder)
                .flatMap(life -> jobTable.job(life.job())
                        .filter(job ->
                                !FormerLife.isOver(life.life(), job.life().name())))
                .isPresent();
    }

    private void next(Connection over, Object of, Deque<String> suspects) {
        String name = suspects.poll();
        if (name == null) {
            search = null;
            looking = "";
            return;
        }
        looking = name;
        Layout.JobLife life = Layout.lifeNamed(name).orElseThrow();
        String path = layout.shards() + "/" + name;
        Runnable then = () -> next(over, of, suspects);
        outbox.children(over, path, told(of, shards -> {
            Folder folder = new Folder(path, life, shards);
            List<String> paths =
                    List.of(path, layout.job(life.job()), layout.firings(life.job(), life.life()), layout.joins(life));
            records.ask(over, paths, new OneByOne(of, then) {
                @Override
                public boolean read(int at, Read read) {
                    if (at == 0 && read instanceof Read.Present itself) {
                        folder.version = itself.stat().version();
                        return true;
                    }
                    if (at == 2) {
                        folder.firings = read instanceof Read.Present firings
                                ? firings.stat().version()
                                : null;
                        return true;
                    }
                    if (at == 3) {
                        folder.joins = read instanceof Read.Present joins
                                ? joins.stat().version()
                                : null;
                        return true;
                    }
                    if (at == 1 && Life.isOver(life, read)) {
                        return true;
                    }
                    then.run();
                    return false;
                }

                @Override
                public void complete() {
                    readRecords(over, of, folder, then);
                }
            });
        }));
    }

    private void readRecords(Connection over, Object of, Folder folder, Runnable then) {
        List<String> paths =
                folder.shards.stream().map(shard -> folder.path + "/" + shard).toList();
        records.ask(over, paths, new OneByOne(of, then) {
            @Override
            public boolean read(int at, Read read) {
                if (read instanceof Read.Present present && !note(folder, paths.get(at), present)) {
                    then.run(); // a later version's: it will deal with it
                    return false;
                }
                return true;
            }

            @Override
            public void complete() {
                askForOwners(over, of, folder, then);
            }
        });
    }

    /** A search asks for what concerns one folder: a node that cannot be read costs this one, and the next is looked at. */
    private abstract class OneByOne implements Inquiry.Asker {

        private final Object of;
        private final Runnable then;

        OneByOne(Object of, Runnable then) {
            this.of = of;
            this.then = then;
        }

        @Override
        public boolean isWanted() {
            return of == search;
        }

        @Override
        public boolean unreadable(int at, String why, Duration pause) {
            outbox.alarm(pause, Leftovers.this::searchAgain);
            then.run();
            return false;
        }

        @Override
        public void unanswered(int from, Throwable why) {
            searchLater();
        }
    }

    /** False when the record must not be touched by this version. */
    private static boolean note(Folder folder, String path, Read.Present present) {
        Decoded<ShardRecord> decoded = ShardRecordCodec.decode(present.data());
        if (decoded instanceof Decoded.Newer<ShardRecord>) {
            return false;
        }
        if (decoded instanceof Decoded.Value<ShardRecord> value && !FormerLife.isRemovable(value.value(), false)) {
            value.value().owner().ifPresent(folder.owners::add);
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
        Integer firings = folder.firings;
        if (firings != null) {
            deletes.add(new Write.Delete(layout.firings(folder.life.job(), folder.life.life()), firings));
        }
        Integer joins = folder.joins;
        if (joins != null) {
            deletes.add(new Write.Delete(layout.joins(folder.life), joins));
        }
        deletes.add(new Write.Delete(folder.path, folder.version));
        deleteFrom(over, of, folder, deletes, then);
    }

    private void deleteFrom(Connection over, Object of, Folder folder, List<Write> deletes, Runnable then) {
        if (deletes.isEmpty()) {
            outbox.publish(new ElasticJobEvent.RecordsRemoved(folder.life.job(), folder.path, folder.versions.size()));
            then.run();
            return;
        }
        int count = outbox.cut(deletes, AT_ONCE, RequestSize::of).get(0).size();
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
                searchLater();
            }
        };
    }

    private void searchLater() {
        search = null;
        toSearch = true;
    }
}
