package io.elasticjob.engine;

import io.elasticjob.RegistryException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Keeps what is asked for from the start until this instance knows all jobs, and its own are declared: before that, what it
 * is asked about may not be there yet. From then on everything is done at once, for as long as the process lives. Confined
 * to the loop.
 */
final class Opening {

    /** Nobody waits longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private record Asked(Question<?> question, Runnable task, long sinceNanos) {}

    private final Outbox outbox;
    private final Queue<Asked> waiting = new ArrayDeque<>();
    private boolean open;

    Opening(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Does it, or keeps it until it can be done. */
    void ask(Question<?> question, Runnable task) {
        if (open) {
            task.run();
        } else {
            waiting.add(new Asked(question, task, outbox.nanos()));
        }
    }

    /**
     * What can be done now that had to wait; once.
     *
     * @param known whether everything is known by now
     */
    List<Runnable> due(boolean known) {
        if (open || !known) {
            return List.of();
        }
        open = true;
        List<Runnable> due = waiting.stream()
                .filter(asked -> !asked.question().isSettled())
                .map(Asked::task)
                .toList();
        waiting.clear();
        return due;
    }

    /** Lets nobody wait for ever. */
    void giveUp() {
        for (Asked first = waiting.peek(); first != null; first = waiting.peek()) {
            if (!first.question().isSettled() && outbox.nanos() - first.sinceNanos() < PATIENCE.toNanos()) {
                return;
            }
            waiting.remove();
            outbox.refuse(
                    first.question(),
                    new RegistryException("This instance has just started and could not declare its jobs in ZooKeeper"
                            + " within " + PATIENCE.toSeconds() + " s; nothing was changed"));
        }
    }
}
