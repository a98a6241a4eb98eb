package io.elasticjob.engine;

import io.elasticjob.registry.Read;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of which all have to be read, or none, in portions: so few at a time that an answer is never longer than the client
 * takes, however long each of them is. Confined to the loop.
 */
final class WholeRead {

    /** The client takes some forty nodes that are as long as a server takes them. */
    static final int AT_ONCE = 30;

    private final List<@Nullable List<Read>> portions = new ArrayList<>();
    private final Consumer<Result<List<Read>>> then;
    private int missing;
    private long sent = Long.MAX_VALUE;
    private boolean isOver;

    private WholeRead(Consumer<Result<List<Read>>> then) {
        this.then = then;
    }

    /** Asks for all of them at once. */
    static void ask(
            Outbox outbox, Connection over, List<String> paths, boolean caughtUp, Consumer<Result<List<Read>>> then) {
        WholeRead whole = new WholeRead(then);
        whole.missing = Math.max(1, (paths.size() + AT_ONCE - 1) / AT_ONCE);
        for (int portion = 0; portion < whole.missing; portion++) {
            int place = portion;
            int from = portion * AT_ONCE;
            whole.portions.add(null);
            outbox.readEach(
                    over,
                    paths.subList(from, Math.min(paths.size(), from + AT_ONCE)),
                    caughtUp,
                    result -> whole.answered(place, result));
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
            if (read instanceof Read.Unreadable unreadable) {
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
