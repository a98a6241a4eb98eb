package io.elasticjob.engine;

import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The shards of this instance that wait until limits have room, and the nodes by which the others see that. A node goes with
 * the session, when its shard is claimed, and when it waits for something else, such as a slot. Confined to the loop.
 */
final class LimitWaits {

    private static final int AT_ONCE = 100;
    /** So many are shown at a time: others have to list them all. Those that come first are. */
    private static final int MOST_SHOWN = 100;

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Layout layout;
    private final Registration registration;
    private final Outbox outbox;

    /** Those that wait, or waited just now, with the time since when they are due: a later firing does not set them back. */
    private final Map<ShardCell, Instant> waiting = new LinkedHashMap<>();

    /** What is shown, or may be, by path. */
    private final Map<String, ShardCell> shown = new LinkedHashMap<>();

    LimitWaits(Layout layout, Registration registration, Outbox outbox) {
        this.layout = layout;
        this.registration = registration;
        this.outbox = outbox;
    }

    /**
     * @param since when it is due
     * @return whether it did not wait before
     */
    boolean add(ShardCell cell, Instant since) {
        return waiting.putIfAbsent(cell, since) == null;
    }

    /** Since when it waits. */
    Instant since(ShardCell cell, Instant otherwise) {
        return waiting.getOrDefault(cell, otherwise);
    }

    int number() {
        return (int) waiting.keySet().stream().filter(LimitWaits::waits).count();
    }

    private static boolean waits(ShardCell cell) {
        return cell.activity() instanceof Activity.Limited;
    }

    /** Those that wait, in the order in which they start. */
    List<ShardCell> inOrder() {
        return waiting.keySet().stream()
                .filter(LimitWaits::waits)
                .sorted(Comparator.comparing(cell -> ((Activity.Limited) cell.activity()).as()))
                .toList();
    }

    /** The job whose own limit this is, if one of its shards waits here. */
    Optional<JobState> jobOf(String limit) {
        return waiting.keySet().stream()
                .map(cell -> cell.job)
                .filter(job -> Layout.ownLimit(
                                new Layout.JobLife(job.name(), job.life().name()))
                        .equals(limit))
                .findFirst();
    }

    void present(boolean sameInstance) {
        if (!sameInstance) {
            shown.clear(); // they went with the session
        }
    }

    /** Shows who waits, and takes back what does not any more. */
    void flush(Connection over, Map<String, KnownLimit> limits) {
        waiting.keySet()
                .removeIf(cell -> !waits(cell)
                        && !cell.isClaiming()
                        && !(cell.activity() instanceof Activity.Waiting)
                        && cell.traffic() instanceof Traffic.Idle);
        for (Map.Entry<String, ShardCell> each : List.copyOf(shown.entrySet())) {
            ShardCell cell = each.getValue();
            boolean isWanted = cell.isClaiming()
                    || (cell.activity() instanceof Activity.Limited limited
                            && each.getKey().endsWith("/" + limited.as().name())
                            && !registration.isDraining());
            if (!isWanted) {
                delete(over, each.getKey(), cell);
            }
        }
        if (registration.isDraining() || waiting.isEmpty()) {
            return;
        }
        Map<String, ShardCell> toShow = new LinkedHashMap<>();
        for (ShardCell cell : inOrder()) {
            Activity.Limited limited = (Activity.Limited) cell.activity();
            for (String name : cell.job.limits()) {
                KnownLimit limit = limits.get(name);
                String path = layout.limit(name) + "/" + limited.as().name();
                if (limit != null
                        && limit.isThere()
                        && !shown.containsKey(path)
                        && shown.size() + toShow.size() < MOST_SHOWN) {
                    toShow.put(path, cell);
                }
            }
        }
        outbox.cut(toShow.keySet(), AT_ONCE, path -> 2 * RequestSize.of(path)).forEach(paths -> {
            paths.forEach(path -> shown.put(path, toShow.get(path)));
            make(over, paths);
        });
    }

    private void make(Connection over, List<String> paths) {
        byte[] maker = registration.currentId().getBytes(StandardCharsets.UTF_8); // for people
        List<Write> writes = new ArrayList<>();
        writes.add(registration.check());
        paths.forEach(path -> writes.add(new Write.Create(path, maker, Write.Life.EPHEMERAL)));
        outbox.commit(over, writes, result -> {
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Refused) {
                if (paths.size() > 1) {
                    paths.forEach(path -> make(over, List.of(path)));
                } else {
                    // Another instance had the shard before and shows it still, or the limit has gone.
                    outbox.alarm(RETRY, () -> shown.remove(paths.get(0)));
                }
            } // without an answer it may be there or not: it is taken back like one that is
        });
    }

    private void delete(Connection over, String path, ShardCell cell) {
        String self = registration.currentId();
        shown.remove(path, cell);
        outbox.commit(over, List.of(new Write.Delete(path, 0)), result -> {
            if (!(result instanceof Result.Told<Answer>) && registration.isSelf(self)) {
                shown.putIfAbsent(path, cell); // it may be there still, for as long as the session lasts
            }
        });
    }
}
