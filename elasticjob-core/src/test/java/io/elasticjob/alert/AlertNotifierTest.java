package io.elasticjob.alert;

import static io.elasticjob.alert.Samples.execution;
import static io.elasticjob.alert.Samples.failed;
import static io.elasticjob.alert.Samples.started;
import static io.elasticjob.alert.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.elasticjob.alert.AlertCounts.Fate;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.spi.Timekeeper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AlertNotifierTest {

    private final ManualTime time = new ManualTime();

    private static final class Recorder implements AlertChannel {
        final List<Alert> taken = new ArrayList<>();
        int attempts;
        int failing;

        @Override
        public void send(Alert alert) throws IOException {
            attempts++;
            if (failing > 0) {
                failing--;
                throw new IOException("no route");
            }
            taken.add(alert);
        }
    }

    @Test
    void eachChannelIsToldAndThenToldOfTheRecovery() {
        Recorder one = new Recorder();
        Recorder other = new Recorder();
        AlertNotifier notifier = notifier(Map.of("one", one, "other", other), Samples.settings());

        fail(notifier, 3);
        notifier.accept(succeeded(execution("orders", 0, 9)));

        assertThat(one.taken).extracting(Alert::state).containsExactly(Alert.State.RAISED, Alert.State.RECOVERED);
        assertThat(other.taken).isEqualTo(one.taken);
    }

    @Test
    void recoveriesCanBeLeftOut() {
        Recorder channel = new Recorder();
        AlertSettings all = Samples.settings();
        AlertNotifier notifier = notifier(
                Map.of("one", channel), new AlertSettings(all.on(), all.thresholds(), false, all.rate(), Map.of()));

        fail(notifier, 3);
        notifier.accept(succeeded(execution("orders", 0, 9)));

        assertThat(channel.taken).extracting(Alert::state).containsExactly(Alert.State.RAISED);
    }

    @Test
    void whatTimeAloneBringsIsToldByItself() {
        Recorder channel = new Recorder();
        AlertNotifier notifier = notifier(Map.of("one", channel), Samples.settings());
        notifier.accept(started(execution("orders", 0, 1)));
        fail(notifier, 4);

        time.pass(Duration.ofMinutes(10));

        assertThat(channel.taken)
                .extracting(alert -> alert.message().what())
                .containsExactly("failed 3 times in a row", "failed 4 times in a row");
        notifier.accept(started(execution("orders", 0, 2)));
        time.pass(Duration.ofMinutes(10));
        assertThat(channel.taken)
                .last()
                .extracting(alert -> alert.message().what())
                .isEqualTo("still runs after 10m");
    }

    @Test
    void oneAlarmFollowsTheOtherWithoutAnEventInBetween() {
        Recorder channel = new Recorder();
        AlertNotifier notifier = notifier(Map.of("one", channel), Samples.settings());
        notifier.accept(started(execution("orders", 0, 1)));
        time.pass(Duration.ofMinutes(3));
        notifier.accept(started(execution("bills", 0, 1)));

        time.pass(Duration.ofMinutes(10));

        assertThat(channel.taken)
                .extracting(
                        alert -> alert.subject().job(), alert -> alert.period().at())
                .containsExactly(
                        tuple("orders", ManualTime.NOON.plusSeconds(600)),
                        tuple("bills", ManualTime.NOON.plusSeconds(780)));
    }

    @Test
    void whatBecomesOfAlertsIsCounted() {
        Recorder channel = new Recorder();
        AlertNotifier notifier = notifier(Map.of("one", channel), Samples.settings());

        fail(notifier, 5);
        AlertCounts counts = notifier.counts().get("one");

        assertThat(counts.of(AlertCondition.FAILURES_IN_A_ROW, Fate.SENT)).isEqualTo(1);
        assertThat(counts.of(AlertCondition.FAILURES_IN_A_ROW, Fate.SUPPRESSED)).isEqualTo(2);
        assertThat(counts.of(AlertCondition.FAILURES_IN_A_ROW, Fate.FAILED)).isZero();
        assertThat(counts.of(AlertCondition.OVERDUE, Fate.SENT)).isZero();
    }

    // ---- Channels that fail ----

    @Test
    void aChannelThatFailsIsTriedAgainAfterGrowingPauses() {
        Recorder channel = new Recorder();
        channel.failing = 3;
        AlertNotifier notifier = notifier(Map.of("one", channel), Samples.settings());
        fail(notifier, 3);

        List<Integer> attempts = new ArrayList<>(List.of(channel.attempts));
        for (Duration pause : AlertDelivery.PAUSES) {
            time.pass(pause.minusNanos(1));
            attempts.add(channel.attempts);
            time.pass(Duration.ofNanos(1));
            attempts.add(channel.attempts);
        }

        assertThat(attempts).containsExactly(1, 1, 2, 2, 3, 3, 4);
        assertThat(channel.taken).hasSize(1);
        assertThat(notifier.counts().get("one").of(AlertCondition.FAILURES_IN_A_ROW, Fate.SENT))
                .isEqualTo(1);
    }

    @Test
    void eachAlertHasAllItsAttempts() {
        Recorder channel = new Recorder();
        AlertDelivery delivery = delivery(channel);
        channel.failing = AlertDelivery.PAUSES.size();
        delivery.offer(Samples.alert("a"));
        time.pass(Duration.ofMinutes(1));
        channel.failing = AlertDelivery.PAUSES.size();
        delivery.offer(Samples.alert("b"));
        time.pass(Duration.ofMinutes(1));

        assertThat(channel.taken).extracting(alert -> alert.subject().job()).containsExactly("a", "b");
    }

    @Test
    void whatIsGivenUpIsCountedAndThoseAfterItAreTriedOnceInOrder() {
        Recorder channel = new Recorder();
        channel.failing = 5;
        AlertDelivery delivery = delivery(channel);
        delivery.offer(Samples.alert("a"));
        delivery.offer(Samples.alert("b"));
        delivery.offer(Samples.alert("c"));
        assertThat(channel.attempts).isEqualTo(1);

        time.pass(Duration.ofMinutes(1));

        assertThat(channel.attempts).isEqualTo(6);
        assertThat(channel.taken).extracting(alert -> alert.subject().job()).containsExactly("c");
        assertThat(counts.of(AlertCondition.FAILURES_IN_A_ROW, Fate.FAILED)).isEqualTo(2);
        assertThat(delivery.open()).isZero();
    }

    @Test
    void whatWaitsIsBounded() {
        Recorder channel = new Recorder();
        channel.failing = 1;
        AlertDelivery delivery = delivery(channel);
        for (int i = 0; i < AlertDelivery.MOST_WAITING + 7; i++) {
            delivery.offer(Samples.alert("orders"));
        }
        assertThat(counts.of(AlertCondition.FAILURES_IN_A_ROW, Fate.FAILED)).isEqualTo(7);

        time.pass(Duration.ofMinutes(1));

        assertThat(channel.taken).hasSize(AlertDelivery.MOST_WAITING);
    }

    @Test
    void aChannelThatThrowsAnErrorHarmsNoLaterAlert() {
        List<Alert> taken = new ArrayList<>();
        AlertDelivery delivery = delivery(alert -> {
            if (alert.subject().job().equals("bad")) {
                throw new NoClassDefFoundError("gone");
            }
            taken.add(alert);
        });
        delivery.offer(Samples.alert("bad"));
        delivery.offer(Samples.alert("good"));
        time.pass(Duration.ofMinutes(1));

        assertThat(taken).hasSize(1);
    }

    // ---- Threads ----

    @Test
    void aChannelThatHangsHoldsUpNeitherWhoTellsNorOtherChannels() {
        CountDownLatch released = new CountDownLatch(1);
        Queue<Alert> taken = new ConcurrentLinkedQueue<>();
        Map<String, AlertChannel> channels = new LinkedHashMap<>();
        channels.put("hanging", alert -> released.await());
        channels.put("other", taken::add);
        try (AlertNotifier notifier = new AlertNotifier(Samples.settings(), Samples.ORIGIN, channels)) {
            fail(notifier, 3);
            await().until(() -> taken.size() == 1);
            notifier.accept(succeeded(execution("orders", 0, 9)));
            await().until(() -> taken.size() == 2);
            released.countDown();
        }
    }

    @Test
    void whatWasToldBeforeTheEndArrives() {
        Queue<Alert> taken = new ConcurrentLinkedQueue<>();
        AlertNotifier notifier =
                new AlertNotifier(Samples.settings(), Samples.ORIGIN, Map.of("one", (AlertChannel) taken::add));
        fail(notifier, 3);
        notifier.close();

        assertThat(taken).hasSize(1);
    }

    @Test
    void aChannelThatClosesItsApplicationIsNotWaitedForWhateverTheTime() {
        CompletableFuture<AlertNotifier> made = new CompletableFuture<>();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Map<String, AlertChannel> channels = Map.of("closing", alert -> {
            made.join().close();
            closed.complete(null);
        });
        List<SystemTimekeeper> threads = new ArrayList<>();
        AlertNotifier notifier = new AlertNotifier(Samples.settings(), Samples.ORIGIN, channels, name -> {
            SystemTimekeeper real = SystemTimekeeper.daemon(name);
            threads.add(real);
            return stopped(real);
        });
        made.complete(notifier);
        fail(notifier, 3);

        await().until(closed::isDone);
        threads.forEach(SystemTimekeeper::close);
    }

    /** One whose stopwatch stands still, so that no waiting is ever over. */
    private static Timekeeper stopped(SystemTimekeeper real) {
        long nanos = real.nanoTime();
        return new Timekeeper() {
            @Override
            public Instant now() {
                return real.now();
            }

            @Override
            public long nanoTime() {
                return nanos;
            }

            @Override
            public void execute(Runnable task) {
                real.execute(task);
            }

            @Override
            public void after(Duration delay, Runnable task) {
                real.after(delay, task);
            }
        };
    }

    private final AlertCounts counts = new AlertCounts();

    private AlertDelivery delivery(AlertChannel channel) {
        return new AlertDelivery("one", channel, time, counts);
    }

    private AlertNotifier notifier(Map<String, AlertChannel> channels, AlertSettings settings) {
        return new AlertNotifier(settings, Samples.ORIGIN, channels, name -> time);
    }

    private static void fail(AlertNotifier notifier, int times) {
        for (int firing = 1; firing <= times; firing++) {
            notifier.accept(failed(execution("orders", 0, firing)));
        }
    }
}
