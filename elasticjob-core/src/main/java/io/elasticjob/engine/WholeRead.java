package io.elasticjob.engine;

import io.elasticjob.registry.Read;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that are read as one, in portions: so few at a time that an answer is never longer than the client
 * takes, however long each of them is. Confined to the loop.
 */
final class WholeRead {

    /** The client takes some forty nodes that are as long as a server takes them. */
    static final int AT_ONCE = 30;

    private final List<@Nullable List<Read>> portions = new ArrayList<>();
    private final Consumer<Result<List<Read>>> then;
    private final boolean isEach;
    private int missing;
    private long sent = Long.MAX_VALUE;
    private boolean isOver;

    private WholeRead(boolean isEach, Consumer<Result<List<Read>>> then) {
        this.isEach = isEach;
        this.then = then;
    }

    /** Asks for all of them at once; where one cannot be read, there is no answer. */
    static void ask(
            Outbox outbox, Connection over, List<String> paths, boolean caughtUp, Consumer<Result<List<Read>>> then) {
        new WholeRead(false, then).ask(outbox, over, paths, caughtUp);
    }

    /** As {@link #ask}, and tells of one that cannot be read that it is {@link Read.Unreadable}. */
    static void askEachCaughtUp(Outbox outbox, Connection over, List<String> paths, Consumer<Result<List<Read>>> then) {
        new WholeRead(true, then).ask(outbox, over, paths, true);
    }

    private void ask(Outbox outbox, Connection over, List<String> paths, boolean caughtUp) {
        int all = Math.max(1, (paths.size() + AT_ONCE - 1) / AT_ONCE);
        missing = all;
        for (int portion = 0; portion < all; portion++) {
            int place = portion;
            int from = portion * AT_ONCE;
            portions.add(null);
            outbox.readEach(
                    over,
                    paths.subList(from, Math.min(paths.size(), from + AT_ONCE)),
                    caughtUp,
                    result -> answered(place, result));
        }
    }

    private void answered(int place, Result<List<Read>> result) {
        if (isOver) {
            return;
        }
        if (!(result instanceof Result.Told<List<Read>> told)) {
            end(result);
            return;
        }
        for (Read read : told.answer()) {
            if (!isEach && read instanceof Read.Unreadable unreadable) {
                end(new Result.Unknown<>(unreadable.why()));
                return;
            }
        }
        portions.set(place, told.answer());
        sent = Math.min(sent, told.sent());
        if (--missing == 0) {
            List<Read> all = new ArrayList<>();
            portions.forEach(portion -> all.addAll(portion == null ? List.of() : portion));
            end(new Result.Told<>(all, sent, told.answered()));
        }
    }

    private void end(Result<List<Read>> result) {
        isOver = true;
        then.accept(result);
    }
}
