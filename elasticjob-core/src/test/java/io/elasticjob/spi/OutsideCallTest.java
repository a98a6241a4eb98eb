package io.elasticjob.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class OutsideCallTest {

    private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

    @Test
    void whatACallDoesToItsThreadIsGoneAtItsEnd() throws Exception {
        FutureTask<List<Object>> task = new FutureTask<>(() -> {
            Thread thread = Thread.currentThread();
            thread.setContextClassLoader(null);
            OutsideCall call = OutsideCall.begin();
            thread.setName("other");
            thread.setPriority(Thread.MIN_PRIORITY);
            thread.setContextClassLoader(new ClassLoader(null) {});
            call.end();
            List<Object> found = new ArrayList<>();
            found.add(thread.getName());
            found.add(thread.getPriority());
            found.add(thread.getContextClassLoader());
            return found;
        });
        Thread thread = new Thread(task, "mine");
        thread.setPriority(Thread.NORM_PRIORITY);
        thread.start();

        assertThat(task.get()).containsExactly("mine", Thread.NORM_PRIORITY, null);
    }

    @Test
    void aThreadOfItsOwnInheritsNothingFromWhoAsksForIt() throws Exception {
        ClassLoader loader = new ClassLoader(null) {};
        FutureTask<List<Object>> task = new FutureTask<>(() -> {
            Thread thread = Thread.currentThread();
            List<Object> found = new ArrayList<>();
            found.add(thread.getName());
            found.add(thread.getPriority());
            found.add(thread.getContextClassLoader());
            found.add(thread.isDaemon());
            found.add(INHERITED.get());
            return found;
        });
        Thread asking = new Thread(() -> {
            INHERITED.set("of who asks");
            Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
            OutsideCall.threadEach("calls", loader).execute(task);
        });
        asking.start();

        assertThat(task.get()).containsExactly("calls", Thread.NORM_PRIORITY, loader, true, null);
    }

    private static final long HALF_A_SECOND = 500_000_000;

    /** What a look from a thread that the present one makes says. */
    private static boolean lookedAt(OutsideCall call, long now) throws Exception {
        FutureTask<Boolean> look = new FutureTask<>(() -> {
            while (true) { // the caller is about to wait, in a moment
                if (isInJoin(MADE_BY.get())) {
                    return call.waitsForTheEnd(now);
                }
                Thread.onSpinWait();
            }
        });
        MADE_BY.set(Thread.currentThread());
        Thread looking = new Thread(look);
        looking.start();
        looking.join();
        return look.get();
    }

    private static final InheritableThreadLocal<Thread> MADE_BY = new InheritableThreadLocal<>();

    private static boolean isInJoin(Thread thread) {
        return thread.getState() == Thread.State.WAITING;
    }

    @Test
    void aCallWaitsForTheEndWhereItsOwnThreadClosesAndNotAfterItsEnd() {
        OutsideCall call = OutsideCall.begin();
        assertThat(call.waitsForTheEnd()).isTrue();
        call.end();
        assertThat(call.waitsForTheEnd()).isFalse();
    }

    @Test
    void aCallThatIsSeenInOnePlaceForTwoSecondsWhileAThreadOfItsOwnClosesWaitsForTheEnd() throws Exception {
        OutsideCall outer = OutsideCall.begin();
        OutsideCall call = OutsideCall.begin();
        List<Boolean> seen = new ArrayList<>();
        for (int look = 0; look < 9; look++) { // twice as often as it counts
            seen.add(lookedAt(call, look * HALF_A_SECOND / 2));
        }
        assertThat(seen).containsExactly(false, false, false, false, false, false, false, false, true);

        seen.clear();
        for (int look = 0; look < 5; look++) {
            seen.add(lookedAt(outer, look * HALF_A_SECOND));
        }
        assertThat(seen).as("the one around it").containsExactly(false, false, false, false, true);

        call.end();
        assertThat(lookedAt(call, 0)).isFalse();
        outer.end();
    }

    @Test
    void aCallThatWaitsNowHereAndNowThereIsWaitedFor() throws Exception {
        OutsideCall call = OutsideCall.begin();
        for (int look = 0; look < 20; look += 4) {
            assertThat(lookedAt(call, (look + 1) * HALF_A_SECOND)).isFalse();
            assertThat(lookedAt(call, (look + 2) * HALF_A_SECOND)).isFalse();
            assertThat(lookedAt(call, (look + 3) * HALF_A_SECOND)).isFalse();
            assertThat(lookedAt(call, (look + 4) * HALF_A_SECOND)).isFalse();
        }
        call.end();
    }

    @Test
    void whatIsDoneNextIsNotInterruptedForWhatWasDoneBefore() {
        OutsideCall call = OutsideCall.begin();
        Thread.currentThread().interrupt();
        call.tidy();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();

        Thread.currentThread().interrupt();
        call.end();
        assertThat(Thread.interrupted()).as("whoever closes it is to find that").isTrue();
    }
}
