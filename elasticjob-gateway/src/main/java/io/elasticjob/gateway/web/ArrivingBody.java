package io.elasticjob.gateway.web;

import io.elasticjob.gateway.wire.ProblemException;
import io.elasticjob.gateway.wire.WireLimits;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, read as it arrives: one that comes slowly, or never to its end, holds no thread. Where a filter
 * has wrapped it into a stream that cannot be read like that, it is read by the thread of the request.
 */
final class ArrivingBody {

    private static final int AT_A_TIME = 8 * 1024;

    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final Duration patience;
    private final BodyBudget.@Nullable Share share; // null: nothing of it is kept

    private ArrivingBody(Duration patience, BodyBudget.@Nullable Share share) {
        this.patience = patience;
        this.share = share;
        if (share != null) {
            whole.whenComplete((arrived, failed) -> share.end());
        }
    }

    /**
     * One that is kept.
     *
     * @param patience how long it may take to arrive
     * @param share what it takes until it is there as a whole
     */
    static ArrivingBody kept(Duration patience, BodyBudget.Share share) {
        return new ArrivingBody(patience, share);
    }

    /** One of which nothing is kept. A body that nobody reads is read by the web server, which blocks a thread for it. */
    static ArrivingBody dropped(Duration patience) {
        return new ArrivingBody(patience, null);
    }

    /** Completes with the body, or fails. */
    CompletionStage<byte[]> whole() {
        return whole;
    }

    /** Begins to read. The request has to be asynchronous by now. */
    void readFrom(HttpServletRequest request) {
        whole.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
        try {
            ServletInputStream in = request.getInputStream();
            Arrival arrival = new Arrival(in);
            try {
                in.setReadListener(arrival);
            } catch (RuntimeException wrapped) {
                arrival.readToTheEnd();
            }
        } catch (IOException | RuntimeException failed) {
            whole.completeExceptionally(failed);
        }
    }

    /** What is told of a body that did not arrive. */
    static Throwable problem(Throwable failed) {
        if (failed instanceof TimeoutException) {
            return ProblemException.late();
        }
        return failed instanceof IOException ? ProblemException.unreadable("it broke off") : failed;
    }

    /** What is told while too much arrives at a time. */
    static ProblemException tooMuchAtATime() {
        return ProblemException.cutOff("This gateway receives as much at a time as it can keep", 0, List.of());
    }

    /** Called by threads of the web server, by one at a time. */
    private final class Arrival implements ReadListener {

        private final ServletInputStream in;
        private final ByteArrayOutputStream arrived = new ByteArrayOutputStream(512);
        private int size;

        Arrival(ServletInputStream in) {
            this.in = in;
        }

        @Override
        public void onDataAvailable() throws IOException {
            byte[] part = new byte[AT_A_TIME];
            while (!whole.isDone() && in.isReady()) {
                int length = in.read(part);
                if (length < 0) {
                    return;
                }
                take(part, length);
            }
        }

        void readToTheEnd() throws IOException {
            byte[] part = new byte[AT_A_TIME];
            while (!whole.isDone()) {
                int length = in.read(part);
                if (length < 0) {
                    onAllDataRead();
                } else {
                    take(part, length);
                }
            }
        }

        private void take(byte[] part, int length) {
            size += length;
            if (size > WireLimits.BODY_BYTES) {
                whole.completeExceptionally(ProblemException.tooLarge(WireLimits.BODY_BYTES));
            } else if (share == null) {
                return;
            } else if (share.take(length)) {
                arrived.write(part, 0, length);
            } else {
                whole.completeExceptionally(tooMuchAtATime());
            }
        }

        @Override
        public void onAllDataRead() {
            whole.complete(arrived.toByteArray());
        }

        @Override
        public void onError(Throwable failed) {
            whole.completeExceptionally(failed);
        }
    }
}
