package io.elasticjob.engine;

import io.elasticjob.registry.Answer;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes of requests that were made here and whose triggers are known, so that nothing is to be found by them any more.
 * As long as one is there, its trigger stays. Where all shards of the trigger are this instance's, the node is left for a
 * moment to be deleted together with the trigger; else at once. Confined to the loop.
 */
final class RequestNodes {

    /** So many are deleted in one transaction. */
    private static final int AT_ONCE = 100;
    /** So long a node waits for its trigger to be run; a second more at most, when nothing else happens here. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private static final Duration RETRY = Duration.ofSeconds(1);

    private record Of(JobState job, long number) {}

    /**
     * One node.
     *
     * @param version that it has as long as it is this instance's
     */
    record Node(String path, int version) {

        Write deletion() {
            return new Write.Delete(path, version);
        }
    }

    private record Kept(Node node, long sinceNanos) {}

    private final Outbox outbox;

    /** Those that wait for their triggers, in the order in which they began to. */
    private final Map<Of, Kept> kept = new LinkedHashMap<>();

    private List<Node> toForget = new ArrayList<>();

    RequestNodes(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Has the node deleted. */
    void forget(Node node) {
        toForget.add(node);
    }

    /** Has the node deleted with its trigger, or in a moment. */
    void keep(JobState job, long number, Node node) {
        kept.put(new Of(job, number), new Kept(node, outbox.nanos()));
    }

    /** Leaves the node that waits for this trigger, if there is one, to whoever deletes the trigger. */
    Optional<Node> take(JobState job, long number) {
        return Optional.ofNullable(kept.remove(new Of(job, number))).map(Kept::node);
    }

    /** Deletes what is to be forgotten; once, at the end of a turn. */
    void flush(Connection over) {
        for (Iterator<Kept> each = kept.values().iterator(); each.hasNext(); ) {
            Kept next = each.next();
            if (outbox.nanos() - next.sinceNanos() < PATIENCE.toNanos()) {
                break;
            }
            toForget.add(next.node());
            each.remove();
        }
        List<Node> all = toForget;
        toForget = new ArrayList<>();
        outbox.cut(all, AT_ONCE, node -> RequestSize.of(node.path())).forEach(parcel -> delete(over, parcel));
    }

    /** Together; each alone when that is refused, which of one alone means that it is gone, or another's. */
    private void delete(Connection over, List<Node> together) {
        outbox.commit(over, together.stream().map(Node::deletion).toList(), result -> {
            if (result instanceof Result.Unknown<Answer>) {
                outbox.alarm(RETRY, () -> toForget.addAll(together)); // as long as it is there, so is its trigger
            } else if (result instanceof Result.Told<Answer> told
                    && told.answer() instanceof Answer.Refused
                    && together.size() > 1) {
                together.forEach(node -> delete(over, List.of(node)));
            }
        });
    }
}
