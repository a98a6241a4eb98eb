package io.elasticjob.gateway;

import io.elasticjob.Cancellation;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hands to a crew what its engine starts. All but {@link #close} is called on the gateway's loop, which is the engine's. */
final class CrewRunner implements ShardRunner {

    /** Who takes it. */
    interface Taker {

        void start(Order order);

        void cancel(Order order, Cancellation why);

        void resume(Order order);

        void kept(Order order);

        void release(Order order);
    }

    private final Set<String> handlers;
    private final Taker taker;
    private volatile int slots;
    private volatile @Nullable Listener listener;

    CrewRunner(Set<String> handlers, Taker taker) {
        this.handlers = handlers;
        this.taker = taker;
    }

    @Override
    public void open(Listener opening) {
        if (listener != null) {
            throw new IllegalStateException("The runner was opened before: each engine needs one of its own");
        }
        listener = opening;
    }

    /** What the engine is told. */
    Listener listener() {
        Listener opened = listener;
        if (opened == null) {
            throw new IllegalStateException("The engine has not opened its runner");
        }
        return opened;
    }

    /** How many executions the crew takes at once from now on. */
    void slots(int now) {
        boolean isNews = now != slots;
        slots = now;
        Listener opened = listener;
        if (isNews && opened != null) {
            opened.changed();
        }
    }

    @Override
    public Set<String> handlers() {
        return handlers;
    }

    @Override
    public int slots() {
        return slots;
    }

    @Override
    public void start(Order order) {
        taker.start(order);
    }

    @Override
    public void cancel(Order order, Cancellation why) {
        taker.cancel(order, why);
    }

    @Override
    public void resume(Order order) {
        taker.resume(order);
    }

    @Override
    public void kept(Order order) {
        taker.kept(order);
    }

    @Override
    public void release(Order order) {
        taker.release(order);
    }

    /** {@inheritDoc} What workers were given they hold for a lease from the last proof that the session lived. */
    @Override
    public Duration lease(Duration session) {
        return Lease.whole(session);
    }

    /** {@inheritDoc} What workers hold they hold by their leases; there is nothing here to be interrupted. */
    @Override
    public void close(Duration atMost) {}
}
