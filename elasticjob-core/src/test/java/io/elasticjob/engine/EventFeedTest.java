package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
