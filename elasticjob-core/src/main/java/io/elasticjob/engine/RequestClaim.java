package io.elasticjob.engine;

import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one try to create a trigger has of the node that is named after its request. What is in the node tells whose it is,
 * and its version whether the trigger was created with it. Confined to the loop.
 */
final class RequestClaim {

    /** Version of the node of a request that is taken, and whose trigger was not created yet. */
    static final int TAKEN = 0;
    /** Version of the node of a request whose trigger was created. */
    static final int CREATED = TAKEN + 1;
    /** Stands for the version of a node that is not there, or is another try's. */
    static final int NOT_MINE = -1;

    private final String path;
    private final long turn;
    private final Registration registration;
    private final RequestNodes nodes;

    /** The instance under which the trigger was sent; null before. */
    private @Nullable String sentBy;

    /** The instance under which the node was taken, or was to be; null before. */
    private @Nullable String takenBy;

    /** @param turn names this very try among all of this instance's */
    RequestClaim(String path, long turn, Registration registration, RequestNodes nodes) {
        this.path = path;
        this.turn = turn;
        this.registration = registration;
        this.nodes = nodes;
    }

    String path() {
        return path;
    }

    /** What takes the node for this try. */
    Write take() {
        takenBy = registration.currentId();
        return new Write.Create(path, mark(takenBy), Write.Life.EPHEMERAL);
    }

    /** What goes with the creation of the trigger, of a node that is taken. */
    Write send() {
        sentBy = registration.currentId();
        return new Write.Put(path, mark(sentBy), TAKEN);
    }

    /** Whether the trigger was sent under an instance that is no more, so that its node tells nothing any more. */
    boolean isOfFormerSession() {
        return sentBy != null && !registration.isSelf(sentBy);
    }

    /** The version of the node, if this try has made it; else {@link #NOT_MINE}. */
    int versionIn(Read read) {
        return read instanceof Read.Present there && isMarked(there, registration.currentId())
                ? there.stat().version()
                : NOT_MINE;
    }

    /** Whether the node was taken by this very try, under an instance that is no more. */
    boolean isLeftBehindIn(Read read) {
        return read instanceof Read.Present there
                && takenBy != null
                && !registration.isSelf(takenBy)
                && isMarked(there, takenBy);
    }

    /** Has the node of this version deleted with the trigger, or in a moment. */
    void keep(JobState job, long number, int version) {
        nodes.keep(job, number, new RequestNodes.Node(path, version));
    }

    /** Has the node of this version deleted. Of others' nothing is known here: they may still be in doubt. */
    void forget(int version) {
        if (version != NOT_MINE) {
            nodes.forget(new RequestNodes.Node(path, version));
        }
    }

    private boolean isMarked(Read.Present there, String instance) {
        return Arrays.equals(there.data(), mark(instance));
    }

    private byte[] mark(String instance) {
        return (instance + "/" + turn).getBytes(StandardCharsets.UTF_8);
    }
}
