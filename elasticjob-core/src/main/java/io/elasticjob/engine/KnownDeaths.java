package io.elasticjob.engine;

import io.elasticjob.RegistryException;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes instances out of the roster that are proven to be dead, so that nobody waits for the end of their sessions. An instance
 * that lives all the same finds its node gone, and gives up what it runs. Confined to the loop.
 */
final class KnownDeaths {

    private static final Logger log = LoggerFactory.getLogger(KnownDeaths.class);

    private final Layout layout;
    private final Registration registration;
    private final Outbox outbox;

    KnownDeaths(Layout layout, Registration registration, Outbox outbox) {
        this.layout = layout;
        this.registration = registration;
        this.outbox = outbox;
    }

    /**
     * Deletes its node, unless it changes meanwhile, which the dead do not do.
     *
     * @param question whether this has deleted it; not when it was gone before
     */
    void confirm(String instance, Question<Boolean> question) {
        Connection over = registration.usable().orElse(null);
        if (over == null || registration.isSelf(instance)) {
            outbox.refuse(
                    question,
                    new RegistryException(
                            over == null
                                    ? "There is no connection at present"
                                    : instance + " is this instance, which lives"));
            return;
        }
        String path = layout.instance(instance);
        outbox.readCaughtUp(over, List.of(path), result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                outbox.refuse(question, new RegistryException("The node of " + instance + " could not be read"));
            } else if (told.answer().get(0) instanceof Read.Present present) {
                delete(over, instance, new Write.Delete(path, present.stat().version()), question);
            } else {
                outbox.answer(question, false);
            }
        });
    }

    private void delete(Connection over, String instance, Write deletion, Question<Boolean> question) {
        outbox.commit(over, List.of(registration.node().check(), deletion), result -> {
            if (!(result instanceof Result.Told<Answer> told)) {
                outbox.refuse(question, new RegistryException("Whether " + instance + " was taken out is not known"));
                return;
            }
            boolean isDone = told.answer() instanceof Answer.Committed;
            if (isDone) {
                log.info("{} is proven to be dead: what it ran is taken over now", instance);
            }
            outbox.answer(question, isDone);
        });
    }
}
