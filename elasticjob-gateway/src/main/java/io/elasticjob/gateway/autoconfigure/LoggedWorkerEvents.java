package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.gateway.WorkerEvent;
import io.elasticjob.text.VisibleText;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes them into the application's log, under the name of {@link WorkerEvent}. Of many refusals at once the first ones, and
 * how many there were beside. Confined to the thread that tells events.
 */
final class LoggedWorkerEvents implements WorkerEvents {

    private static final Logger log = LoggerFactory.getLogger(WorkerEvent.class);

    private static final int MOST_CHARACTERS = 300;

    /** Refusals that are shown in a second. */
    private static final int MOST_REFUSALS = 10;

    private static final long SECOND = 1_000_000_000;

    private final LongSupplier nanoTime;
    private long began;
    private int refusals;

    LoggedWorkerEvents(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.began = nanoTime.getAsLong();
    }

    @Override
    public void on(WorkerEvent event) {
        if (event instanceof WorkerEvent.Attached attached) {
            log.info(
                    "Worker {} of client {} attached: crew {}, handlers {}, {} slots, {} executions taken along",
                    attached.id(),
                    attached.client(),
                    attached.crew(),
                    attached.handlers(),
                    attached.slots(),
                    attached.adopted());
        } else if (event instanceof WorkerEvent.Left left) {
            log.info(
                    "Worker {} of client {} left crew {}, with {} executions in its hands: {}",
                    left.id(),
                    left.client(),
                    left.crew(),
                    left.lost(),
                    left.why());
        } else if (event instanceof WorkerEvent.Refused refused && isShown()) {
            log.warn(
                    "Worker \"{}\" of client \"{}\" was refused with {}: {}",
                    VisibleText.of(refused.worker(), MOST_CHARACTERS),
                    refused.client(),
                    refused.status(),
                    VisibleText.of(refused.why(), MOST_CHARACTERS));
        }
    }

    private boolean isShown() {
        long now = nanoTime.getAsLong();
        if (now - began >= SECOND) {
            if (refusals > MOST_REFUSALS) {
                log.warn("{} more refusals of workers are not shown", refusals - MOST_REFUSALS);
            }
            began = now;
            refusals = 0;
        }
        refusals++;
        return refusals <= MOST_REFUSALS;
    }
}
