package io.elasticjob.gateway;

import io.elasticjob.boot.actuate.endpoint.WorkersReader;
import io.elasticjob.gateway.wire.Attach;
import io.elasticjob.gateway.wire.Attached;
import io.elasticjob.gateway.wire.Exchange;
import io.elasticjob.gateway.wire.Exchanged;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Serves workers in any language. Each method may be called on any thread, and returns at once but {@link #close}; what it
 * returns completes on a thread for answers, with a {@link io.elasticjob.gateway.wire.ProblemException} for whatever is
 * refused.
 */
final class Gateway {

    private static final Duration LOOK = Duration.ofMillis(100);

    private final Timekeeper time;
    private final Executor answers;
    private final Desk desk;

    /** @param answers where answers are told, one after the other */
    Gateway(Timekeeper time, Executor answers, Desk desk) {
        this.time = time;
        this.answers = answers;
        this.desk = desk;
    }

    CompletionStage<Attached> attach(Caller caller, Attach request) {
        return ask(answer -> desk.attach(caller, request, answer));
    }

    CompletionStage<Exchanged> exchange(Caller caller, String worker, Exchange exchange) {
        long receivedNanos = time.nanoTime();
        return ask(answer -> desk.exchange(caller, worker, exchange, receivedNanos, answer));
    }

    CompletionStage<Boolean> detach(Caller caller, String worker) {
        return ask(answer -> {
            desk.detach(caller, worker);
            answer.tell(true);
        });
    }

    CompletionStage<List<WorkersReader.Attached>> workers() {
        return ask(answer -> answer.tell(desk.workers()));
    }

    private <T> CompletionStage<T> ask(Consumer<Promise<T>> deed) {
        Promise<T> answer = new Promise<>(answers);
        time.execute(() -> answer.tryTo(() -> deed.accept(answer)));
        return answer.stage();
    }

    /**
     * Sends all workers elsewhere, and waits until they have gone, or their leases are over; at most so long. Blocks, and is
     * never called on the loop.
     */
    void close(Duration patience) {
        CountDownLatch empty = new CountDownLatch(1);
        time.execute(() -> {
            desk.stop();
            look(empty);
        });
        try {
            if (!empty.await(TimeUnit.NANOSECONDS.convert(patience), TimeUnit.NANOSECONDS)) {
                time.execute(desk::end);
            }
        } catch (InterruptedException interrupted) {
            time.execute(desk::end);
            Thread.currentThread().interrupt();
        }
    }

    private void look(CountDownLatch empty) {
        if (desk.isEmpty()) {
            empty.countDown();
        } else {
            time.after(LOOK, () -> look(empty));
        }
    }

    /** What was thrown, without what futures wrap it in. */
    static Throwable unwrapped(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }
}
