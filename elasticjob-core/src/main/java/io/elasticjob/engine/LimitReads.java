package io.elasticjob.engine;

import io.elasticjob.RegistryException;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.LimitCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Limit;
import io.elasticjob.coordination.Waiter;
import io.elasticjob.registry.Read;
import io.elasticjob.view.LimitView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the limits of a job for those who ask for it. Asks for nothing where a job has none. Confined to the loop. */
final class LimitReads {

    private final Layout layout;
    private final Outbox outbox;

    LimitReads(Layout layout, Outbox outbox) {
        this.layout = layout;
        this.outbox = outbox;
    }

    /** @param failed told why they could not be read */
    void read(Connection over, JobState job, Consumer<List<LimitView>> then, Consumer<Throwable> failed) {
        Integer own =
                job.definition() == null ? null : job.usable().concurrency().maxConcurrentShards();
        next(over, job.name(), own, new ArrayDeque<>(job.limits()), new ArrayList<>(), then, failed);
    }

    private void next(
            Connection over,
            String job,
            @Nullable Integer own,
            Deque<String> names,
            List<LimitView> found,
            Consumer<List<LimitView>> then,
            Consumer<Throwable> failed) {
        String name = names.poll();
        if (name == null) {
            then.accept(found);
            return;
        }
        outbox.read(over, List.of(layout.limit(name)), read -> {
            if (!(read instanceof Result.Told<List<Read>> told)) {
                failed.accept(new RegistryException("The limit " + name + " could not be read"));
                return;
            }
            outbox.children(over, layout.limit(name), listed -> {
                if (!(listed instanceof Result.Told<List<String>> children)) {
                    failed.accept(new RegistryException("The limit " + name + " could not be read"));
                    return;
                }
                boolean isOwn = Layout.lifeNamed(name).isPresent();
                Integer most = isOwn ? own : most(told.answer().get(0));
                found.add(view(isOwn ? job : name, isOwn, most, children.answer()));
                next(over, job, own, names, found, then, failed);
            });
        });
    }

    private static @Nullable Integer most(Read read) {
        return read instanceof Read.Present present
                        && LimitCodec.decode(present.data()) instanceof Decoded.Value<Limit> value
                ? Integer.valueOf(value.value().most())
                : null;
    }

    private static LimitView view(String name, boolean own, @Nullable Integer most, List<String> children) {
        List<Layout.ShardOf> running = children.stream()
                .filter(child -> Waiter.named(child).isEmpty())
                .map(Layout::offeredBy)
                .flatMap(Optional::stream)
                .toList();
        SortedSet<Waiter> waiting = new TreeSet<>();
        children.stream().map(Waiter::named).flatMap(Optional::stream).forEach(waiting::add);
        return new LimitView(
                name,
                own,
                most,
                running.stream()
                        .map(LimitReads::counted)
                        .sorted(LimitReads::compare)
                        .toList(),
                waiting.stream()
                        .map(Waiter::shard)
                        .filter(shard -> !running.contains(shard))
                        .map(LimitReads::counted)
                        .toList());
    }

    private static int compare(LimitView.Counted one, LimitView.Counted other) {
        int byJob = one.job().compareTo(other.job());
        return byJob != 0 ? byJob : Integer.compare(one.shard(), other.shard());
    }

    private static LimitView.Counted counted(Layout.ShardOf shard) {
        return new LimitView.Counted(shard.of().job(), shard.shard());
    }
}
