package io.elasticjob.gateway.wire;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A worker tells how it is doing, and asks for more.
 *
 * @param seq larger for each later exchange of the attachment
 * @param free how many executions it would begin now
 * @param running all ids that it was given and that have not ended
 * @param patience how long it waits for an answer, if there is nothing to tell
 * @param results all ends that are not acknowledged
 */
public record Exchange(
        long seq, int free, Set<String> running, Duration patience, List<Result> results, List<Note> notes) {

    private static final int MOST_NOTES = 10_000;

    /** Ids of all that the worker has, and of all whose ends it tells. */
    public Set<String> listed() {
        Set<String> listed = new HashSet<>(running);
        results.forEach(result -> listed.add(result.id()));
        return listed;
    }

    /** @throws ProblemException naming the first member that cannot be used */
    public static Exchange read(byte[] json) {
        Body body = Body.of(json);
        Set<String> running = body.names("running", WireLimits.SLOTS, WireLimits.ID);
        List<Result> results = body.objects("results", WireLimits.SLOTS, Result::read);
        results.forEach(result -> {
            if (running.contains(result.id())) {
                throw ProblemException.invalid("results", result.id(), "must not be in running as well");
            }
        });
        return new Exchange(
                body.number("seq", Long.MAX_VALUE),
                body.optionalNumber("free", WireLimits.SLOTS).orElse(0L).intValue(),
                running,
                Duration.ofMillis(body.optionalNumber("waitMs", Long.MAX_VALUE)
                        .map(wait -> Math.min(wait, WireLimits.WAIT_MS))
                        .orElse(0L)),
                results,
                body.objects("notes", MOST_NOTES, Note::read));
    }
}
