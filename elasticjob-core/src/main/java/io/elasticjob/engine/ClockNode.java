package io.elasticjob.engine;

import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of this instance's own that nobody watches, written for the sake of its stamp, which tells the registry's time: by an
 * instance that writes nothing else for a while, and whose firings come due by that time. It is made when it is written
 * first, so that an instance with enough to do never has one, and goes with the session. Confined to the loop.
 */
final class ClockNode {

    private static final byte[] EMPTY = {};

    private final Layout layout;
    private final Registration registration;
    private final Outbox outbox;

    /** Whose node is known. */
    private String of = "";
    /** Negative when it is not there, as far as is known. */
    private int version = -1;

    private @Nullable Connection asking;

    ClockNode(Layout layout, Registration registration, Outbox outbox) {
        this.layout = layout;
        this.registration = registration;
        this.outbox = outbox;
    }

    /** Writes it, if the registry has told no time for too long. */
    void look() {
        if (outbox.time().isToBeSampled()) {
            write();
        }
    }

    /** Writes it, unless that is under way. */
    void write() {
        Connection over = registration.usable().orElse(null);
        String id = registration.id();
        if (over == null || id == null || over == asking) {
            return;
        }
        if (!id.equals(of)) {
            of = id;
            version = -1;
        }
        asking = over;
        String path = layout.clock(id);
        outbox.commit(over, writes(path), result -> {
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed done) {
                asking = null;
                version = done.results().stream()
                        .flatMap(written -> written.stat().stream())
                        .findFirst()
                        .orElseThrow()
                        .version();
            } else {
                look(over, path);
            }
        });
    }

    private List<Write> writes(String path) {
        return version < 0
                ? List.of(
                        registration.check(),
                        new Write.Create(path, EMPTY, Write.Life.EPHEMERAL),
                        new Write.Put(path, EMPTY, 0))
                : List.of(registration.check(), new Write.Put(path, EMPTY, version));
    }

    /** An answer was lost, or somebody has deleted it. */
    private void look(Connection over, String path) {
        outbox.read(over, List.of(path), result -> {
            asking = null;
            if (result instanceof Result.Told<List<Read>> told) {
                version = told.answer().get(0) instanceof Read.Present present
                        ? present.stat().version()
                        : -1;
            }
        });
    }
}
