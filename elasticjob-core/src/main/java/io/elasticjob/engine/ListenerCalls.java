package io.elasticjob.engine;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The calls of listeners of firings that are under way. Confined to the loop. */
final class ListenerCalls {

    private final Executor threads;
    private final Consumer<Runnable> loop;
    private final Map<Effect.Call, FutureTask<@Nullable Void>> underWay = new IdentityHashMap<>();

    /** @param loop where what comes of it is dealt with */
    ListenerCalls(Executor threads, Consumer<Runnable> loop) {
        this.threads = threads;
        this.loop = loop;
    }

    /** A daemon thread for each call: there is at most one for each firing. */
    static Executor threadEach() {
        return call -> {
            Thread thread = new Thread(call, "elasticjob-firing-listener");
            thread.setDaemon(true);
            thread.start();
        };
    }

    void begin(Effect.Call call) {
        FutureTask<@Nullable Void> task = new FutureTask<>(() -> {
            Throwable failed = null;
            try {
                call.listener().call();
            } catch (Throwable thrown) {
                failed = thrown;
            }
            Throwable told = failed;
            loop.accept(() -> ended(call, told));
            return null;
        });
        underWay.put(call, task);
        threads.execute(task);
    }

    private void ended(Effect.Call call, @Nullable Throwable failed) {
        underWay.remove(call);
        call.then().accept(failed);
    }

    void interrupt(Effect.Interrupt interrupt) {
        FutureTask<@Nullable Void> task = underWay.remove(interrupt.call());
        if (task != null) {
            task.cancel(true);
        }
    }
}
