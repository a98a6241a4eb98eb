package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventFeedTest {

    private static final int MOST = 100_000;

    private final List<ElasticJobEvent> told = new ArrayList<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    @Test
    void listenersAreWokenOnceForAllThatComesMeanwhileAndHearItInOrder() {
        EventFeed feed = new EventFeed(List.of(told::add), tasks::add, Duration.ZERO);
        List<ElasticJobEvent> events =
                IntStream.range(0, 1_000).mapToObj(EventFeedTest::event).toList();
        events.forEach(feed::publish);

        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(told).isEqualTo(events);

        feed.publish(event(1_000));
        assertThat(tasks).as("one more that comes after they slept again").hasSize(1);
    }

    @Test
    void eachEventIsHeardByAllListenersInTheirOrder() {
        List<String> heard = new ArrayList<>();
        EventFeed feed = new EventFeed(
                List.of(event -> heard.add("first " + event), event -> heard.add("second " + event)),
                Runnable::run,
                Duration.ZERO);
        feed.publish(event(0));
        feed.publish(event(1));

        assertThat(heard)
                .containsExactly("first " + event(0), "second " + event(0), "first " + event(1), "second " + event(1));
    }

    @Test
    void noListenerIsInterruptedForWhatAnotherHasLeftBehind() {
        List<Boolean> interrupted = new ArrayList<>();
        EventFeed feed = new EventFeed(
                List.of(
                        event -> Thread.currentThread().interrupt(),
                        event -> interrupted.add(Thread.currentThread().isInterrupted())),
                Runnable::run,
                Duration.ZERO);
        feed.publish(event(0));

        assertThat(interrupted).containsExactly(false);
    }

    @Test
    void aThreadThatWasMadeForAnEarlierEventClosesOnBehalfOfNoLaterOne() throws Exception {
        AtomicReference<EventFeed> feed = new AtomicReference<>();
        AtomicReference<Thread> closing = new AtomicReference<>();
        CountDownLatch second = new CountDownLatch(1);
        AtomicBoolean hasClosedBefore = new AtomicBoolean();
        AtomicBoolean hasClosed = new AtomicBoolean();
        CountDownLatch never = new CountDownLatch(1);
        feed.set(new EventFeed(
                List.of(event -> {
                    if (closing.get() == null) {
                        closing.set(new Thread(() -> {
                            await(second, 60);
                            feed.get().close();
                            hasClosed.set(true);
                        }));
                        closing.get().start();
                    } else {
                        second.countDown();
                        await(never, 4); // longer than a call has to be seen in one place
                        hasClosedBefore.set(hasClosed.get());
                    }
                }),
                null,
                Duration.ofMinutes(1)));
        feed.get().publish(event(0));
        feed.get().publish(event(1));
        second.await();
        closing.get().join();

        assertThat(hasClosedBefore.get()).isFalse();
    }

    private static void await(CountDownLatch latch, int seconds) {
        try {
            latch.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException never) {
            throw new AssertionError(never);
        }
    }

    @Test
    void oneListenerThatFailsCostsTheOthersNothing() {
        EventFeed feed = new EventFeed(
                List.of(
                        event -> {
                            throw new IllegalStateException("meant to fail");
                        },
                        told::add),
                Runnable::run,
                Duration.ZERO);
        feed.publish(event(0));
        feed.publish(event(1));

        assertThat(told).containsExactly(event(0), event(1));
    }

    @Test
    void aThreadThatCanNotBeHadOnceIsAskedForAgainAtTheNextEvent() {
        List<Throwable> refusals = new ArrayList<>(
                List.of(new RejectedExecutionException("on purpose"), new OutOfMemoryError("on purpose")));
        EventFeed feed = new EventFeed(
                List.of(told::add),
                task -> {
                    if (!refusals.isEmpty()) {
                        throwAnything(refusals.remove(0));
                    }
                    task.run();
                },
                Duration.ZERO);
        feed.publish(event(0));
        feed.publish(event(1));
        assertThat(told).isEmpty();

        feed.publish(event(2));
        assertThat(told).containsExactly(event(0), event(1), event(2));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAnything(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void whatSlowListenersMissIsCountedAndTheRestIsTold() {
        EventFeed feed = new EventFeed(List.of(told::add), tasks::add, Duration.ZERO);
        IntStream.range(0, MOST + 7).forEach(i -> feed.publish(event(i)));

        assertThat(feed.untold()).isEqualTo(7);
        tasks.remove().run();
        assertThat(told).hasSize(MOST);
        feed.publish(event(MOST + 7));
        tasks.remove().run();
        assertThat(told).hasSize(MOST + 1);
    }

    @Test
    void whatIsHeldWakesTheListenersThreadOnceWhenItRings() {
        EventFeed feed = new EventFeed(List.of(told::add), tasks::add, Duration.ZERO);
        feed.ring();
        feed.hold(event(0));
        feed.hold(event(1));
        assertThat(tasks).isEmpty();

        feed.ring();
        feed.ring();
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(told).containsExactly(event(0), event(1));
        feed.ring();
        assertThat(tasks).as("nothing waits").isEmpty();
    }

    @Test
    void whatIsHeldWhenTheFeedIsClosedIsTold() {
        Queue<ElasticJobEvent> heard = new ConcurrentLinkedQueue<>();
        EventFeed feed = new EventFeed(List.of(heard::add), null, Duration.ofSeconds(30));
        feed.hold(event(0));
        feed.close();

        assertThat(heard).containsExactly(event(0));
    }

    @Test
    void aTurnWithVeryManyEventsRingsBeforeItsEnd() {
        EventFeed feed = new EventFeed(
                List.of(told::add),
                task -> {
                    tasks.add(task);
                    task.run();
                },
                Duration.ZERO);
        IntStream.range(0, 3 * MOST).forEach(i -> feed.hold(event(i)));
        feed.ring();

        assertThat(feed.untold()).isZero();
        assertThat(told).hasSize(3 * MOST);
        assertThat(tasks.size()).isLessThanOrEqualTo(3 * MOST / 1_000);
    }

    @Test
    void whatComesAfterTheEndIsCounted() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        EventFeed feed = new EventFeed(List.of(event -> heard.countDown()), null, Duration.ofSeconds(30));
        feed.publish(event(0));
        feed.close();
        assertThat(heard.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(feed.untold()).isZero();
        feed.publish(event(1));
        feed.publish(event(2));

        assertThat(feed.untold()).isEqualTo(2);
    }

    private static ElasticJobEvent event(int shard) {
        return new ElasticJobEvent.ClaimRefused("orders", shard);
    }
}
