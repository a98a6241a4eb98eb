package io.elasticjob.gateway.wire;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A worker offers its help.
 *
 * @param name of the worker, unique among those that live
 * @param crew that it belongs to: workers of a crew take what is next
 * @param process a nonce of the process: the same one is the same attachment
 * @param holds what it runs, or has run, after the gateway that gave it was lost
 */
public record Attach(
        String name,
        String crew,
        Set<String> handlers,
        Map<String, String> labels,
        int slots,
        String process,
        List<Held> holds) {

    /**
     * An execution that a worker holds.
     *
     * @param runningMs how long it has been running
     * @param result how it ended; null while it runs
     */
    public record Held(String id, long runningMs, @Nullable Result result) {}

    /** What a held execution does. */
    enum State {
        RUNNING,
        ENDED
    }

    /** @throws ProblemException naming the first member that cannot be used */
    public static Attach read(byte[] json) {
        Body body = Body.of(json);
        String name = body.name("name", WireLimits.NAME);
        Set<String> handlers = body.names("handlers", WireLimits.HANDLERS, WireLimits.NAME);
        if (handlers.isEmpty()) {
            throw ProblemException.invalid("handlers", "[]", "must name at least one handler");
        }
        int slots = body.optionalNumber("slots", WireLimits.SLOTS).orElse(1L).intValue();
        List<Held> holds = body.objects("holds", WireLimits.SLOTS, Attach::held);
        Set<String> ids = new HashSet<>();
        holds.forEach(held -> {
            if (!ids.add(held.id())) {
                throw ProblemException.invalid("holds", held.id(), "must not be listed twice");
            }
        });
        Map<String, String> labels = body.texts("labels", WireLimits.LABELS, WireLimits.NAME);
        labels.keySet().stream()
                .filter(label -> label.startsWith("elasticjob."))
                .findFirst()
                .ifPresent(label -> {
                    throw ProblemException.invalid(
                            "labels", label, "must not begin with elasticjob., which gateways use");
                });
        return new Attach(
                name,
                Body.instanceName(
                        "crew",
                        body.text("crew", WireLimits.NAME)
                                .filter(crew -> !crew.isBlank())
                                .orElse(name)),
                handlers,
                labels,
                slots,
                body.name("process", WireLimits.NAME),
                holds);
    }

    private static Held held(Body body) {
        String id = body.name("id", WireLimits.ID);
        return new Held(
                id,
                body.optionalNumber("runningMs", Long.MAX_VALUE).orElse(0L),
                body.word("state", State.class) == State.ENDED ? Result.read(body) : null);
    }
}
