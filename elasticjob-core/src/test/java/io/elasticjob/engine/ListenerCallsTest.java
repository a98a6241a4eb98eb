package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.spi.OutsideCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ListenerCallsTest {

    private final Queue<Runnable> happened = new ConcurrentLinkedQueue<>();
    private final List<@Nullable Throwable> ends = new ArrayList<>();
    private final ListenerCalls calls = new ListenerCalls(OutsideCall.threadEach("calls", null), happened::add);
    private final CountDownLatch end = new CountDownLatch(1);

    private Effect.Call stubborn(String whose, CountDownLatch begun) {
        return new Effect.Call(
                whose,
                () -> {
                    begun.countDown();
                    boolean ended = false;
                    while (!ended) {
                        try {
                            end.await();
                            ended = true;
                        } catch (InterruptedException ignored) {
                            // as it should not
                        }
                    }
                    return null;
                },
                ends::add);
    }

    private void takeWhatHasHappened() {
        for (Runnable next = happened.poll(); next != null; next = happened.poll()) {
            next.run();
        }
    }

    @Test
    void callsThatIgnoreTheirInterruptionsDoNotTakeEverMoreThreads() throws Exception {
        leaveBehind("the listener slow", ListenerCalls.MOST_LEFT_BEHIND);
        CountDownLatch refused = new CountDownLatch(1);
        calls.begin(stubborn("the listener slow", refused));
        takeWhatHasHappened();

        assertThat(refused.getCount()).isEqualTo(1);
        assertThat(ends)
                .singleElement()
                .satisfies(why -> assertThat(why)
                        .isInstanceOf(ListenerCalls.NoThreadException.class)
                        .hasMessageContaining("8 calls of the listener slow that"));

        end.countDown();
        CountDownLatch begunAgain = new CountDownLatch(1);
        await().until(() -> {
            calls.begin(stubborn("the listener slow", begunAgain));
            return begunAgain.await(100, TimeUnit.MILLISECONDS);
        });
    }

    @Test
    void oneThatHangsCostsTheOthersNothingBeforeThereAreVeryMany() throws Exception {
        leaveBehind("the listener slow", ListenerCalls.MOST_LEFT_BEHIND);
        CountDownLatch other = new CountDownLatch(1);
        calls.begin(stubborn("the planner other", other));
        other.await();
        takeWhatHasHappened();
        assertThat(ends).isEmpty();

        for (int i = 0; i < ListenerCalls.MOST_OF_ALL / ListenerCalls.MOST_LEFT_BEHIND - 1; i++) {
            leaveBehind("the listener " + i, ListenerCalls.MOST_LEFT_BEHIND);
        }
        calls.begin(stubborn("the planner third", new CountDownLatch(1)));
        takeWhatHasHappened();
        assertThat(ends)
                .singleElement()
                .satisfies(why -> assertThat(why).hasMessageContaining("256 calls of listeners and planners that"));
        end.countDown();
    }

    private void leaveBehind(String whose, int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            CountDownLatch begun = new CountDownLatch(1);
            Effect.Call call = stubborn(whose, begun);
            calls.begin(call);
            begun.await();
            calls.interrupt(new Effect.Interrupt(call));
        }
    }
}
