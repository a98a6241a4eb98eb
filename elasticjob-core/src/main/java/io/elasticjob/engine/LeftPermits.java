package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.LeftPermit;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is counted in limits though nothing runs any more: of jobs that were removed while they ran, and of owners that died
 * where no instance is left to take their place. The leader takes it out, with a check of the shard's record, by which the
 * same claim would be given up. Costs nothing where no job is limited. Confined to the loop.
 */
final class LeftPermits {

    private static final int AT_ONCE = 200;

    /** The instances that may run the job decide before what becomes of it, and keep what is counted. */
    private static final Duration OTHERS_FIRST = Duration.ofSeconds(10);

    private record Permit(String limit, Layout.ShardOf shard) {}

    /** @param version of the record; null where there is none */
    private record Left(Permit permit, @Nullable Integer version) {}

    private final Layout layout;
    private final JobTable jobs;
    private final LimitTable limits;
    private final Leadership leadership;
    private final Outbox outbox;
    private final Inquiry records;

    private boolean toSearch = true;
    private @Nullable Object search;

    /** Since when, by the stopwatch, the holder of what is counted is known to be dead. */
    private Map<Permit, Long> deadSince = new HashMap<>();

    LeftPermits(Layout layout, JobTable jobs, LimitTable limits, Leadership leadership, Outbox outbox) {
        this.layout = layout;
        this.jobs = jobs;
        this.limits = limits;
        this.leadership = leadership;
        this.outbox = outbox;
        this.records = new Inquiry(outbox, AT_ONCE, AT_ONCE, "what is counted of the shard stays counted");
    }

    void lost() {
        search = null;
        toSearch = true;
        deadSince = new HashMap<>();
    }

    void round(Connection over) {
        if (search != null || !(toSearch || isUsed())) {
            return;
        }
        toSearch = false;
        Object begun = new Object();
        search = begun;
        outbox.children(over, layout.limits(), result -> {
            if (begun == search && result instanceof Result.Told<List<String>> told) {
                next(over, begun, new ArrayDeque<>(told.answer()), new ArrayList<>());
            } else if (begun == search) {
                again();
            }
        });
    }

    private boolean isUsed() {
        return limits.isUsed()
                || jobs.jobs().stream()
                        .anyMatch(job -> job.definition() != null
                                && job.usable().concurrency().isLimited());
    }

    private void again() {
        search = null;
        toSearch = true;
    }

    private void next(Connection over, Object of, Deque<String> names, List<Permit> found) {
        String limit = names.poll();
        if (limit == null) {
            read(over, of, found);
            return;
        }
        outbox.children(over, layout.limit(limit), result -> {
            if (of != search) {
                return;
            }
            if (!(result instanceof Result.Told<List<String>> told)) {
                again();
                return;
            }
            for (String name : told.answer()) {
                Layout.offeredBy(name).ifPresent(shard -> found.add(new Permit(limit, shard)));
            }
            if (told.answer().isEmpty()) {
                Layout.lifeNamed(limit).ifPresent(life -> removeIfOver(over, limit, life));
            }
            next(over, of, names, found);
        });
    }

    /** The limit of a job that was removed goes as well. */
    private void removeIfOver(Connection over, String limit, Layout.JobLife life) {
        if (jobs.job(life.job())
                .filter(job -> job.life().name().equals(life.life()))
                .isPresent()) {
            return;
        }
        outbox.read(over, List.of(layout.limit(limit), layout.job(life.job())), result -> {
            if (result instanceof Result.Told<List<Read>> told
                    && told.answer().get(0) instanceof Read.Present node
                    && Life.isOver(life, told.answer().get(1))) {
                commit(
                        over,
                        List.of(new Write.Delete(
                                layout.limit(limit), node.stat().version())),
                        () -> {});
            }
        });
    }

    private void read(Connection over, Object of, List<Permit> permits) {
        toSearch = !permits.isEmpty();
        List<Left> toGo = new ArrayList<>();
        Map<Left, ShardRecord> held = new HashMap<>();
        List<String> paths = permits.stream()
                .map(permit -> layout.record(
                        permit.shard().of().job(),
                        permit.shard().of().life(),
                        permit.shard().shard()))
                .toList();
        records.askCaughtUp(over, paths, new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return of == search;
            }

            @Override
            public boolean read(int at, Read read) {
                Permit permit = permits.get(at);
                Left left = new Left(
                        permit,
                        read instanceof Read.Present present ? present.stat().version() : null);
                Optional<ShardRecord> record = RecordTraffic.recordIn(read);
                switch (LeftPermit.of(permit.limit(), record, false)) {
                    case GOES -> toGo.add(left);
                    case GOES_WITH_ITS_HOLDER -> held.put(left, record.orElseThrow());
                    case STAYS -> {}
                }
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                return true; // it may run
            }

            @Override
            public void complete() {
                askForHolders(over, of, toGo, held);
            }

            @Override
            public void unanswered(int from, Throwable why) {
                again();
            }
        });
    }

    /** Dead are those whose nodes are not there in a read issued after that of the records. */
    private void askForHolders(Connection over, Object of, List<Left> toGo, Map<Left, ShardRecord> held) {
        List<String> holders = held.values().stream()
                .map(record -> layout.instance(record.holder().orElseThrow()))
                .distinct()
                .toList();
        records.ask(over, holders, new Inquiry.Asker() {
            private final Map<String, Boolean> there = new HashMap<>();

            @Override
            public boolean isWanted() {
                return of == search;
            }

            @Override
            public boolean read(int at, Read read) {
                there.put(holders.get(at), read instanceof Read.Present);
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                return true;
            }

            @Override
            public void complete() {
                search = null;
                held.forEach((left, record) -> {
                    String holder = layout.instance(record.holder().orElseThrow());
                    if (Boolean.FALSE.equals(there.get(holder)) && isDeadForLong(left.permit(), record)) {
                        toGo.add(left);
                    } else if (!Boolean.FALSE.equals(there.get(holder))) {
                        deadSince.remove(left.permit());
                    }
                });
                deadSince
                        .keySet()
                        .retainAll(held.keySet().stream().map(Left::permit).toList());
                toGo.forEach(left -> take(over, left));
            }

            @Override
            public void unanswered(int from, Throwable why) {
                again();
            }
        });
    }

    private boolean isDeadForLong(Permit permit, ShardRecord record) {
        Long since = deadSince.putIfAbsent(permit, outbox.nanos());
        return since != null
                && outbox.nanos() - since
                        >= Math.max(OTHERS_FIRST.toNanos(), record.lease().toNanos());
    }

    /** A record that is not there belongs to a life of a job that is over: nothing is counted for it again. */
    private void take(Connection over, Left left) {
        Layout.ShardOf shard = left.permit().shard();
        List<Write> writes = new ArrayList<>();
        if (left.version() != null) {
            writes.add(
                    new Write.Check(layout.record(shard.of().job(), shard.of().life(), shard.shard()), left.version()));
        }
        writes.add(new Write.Delete(layout.permit(left.permit().limit(), shard), 0));
        commit(
                over,
                writes,
                () -> outbox.publish(new ElasticJobEvent.PermitReleased(
                        shard.of().job(), shard.shard(), left.permit().limit())));
    }

    private void commit(Connection over, List<Write> writes, Runnable then) {
        outbox.commit(over, leadership.asLeader(writes), result -> {
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                then.run();
            } // refused: it is looked at again in a later round
        });
    }
}
