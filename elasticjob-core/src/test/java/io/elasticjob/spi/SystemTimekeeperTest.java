package io.elasticjob.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SystemTimekeeperTest {

    private final SystemTimekeeper time = new SystemTimekeeper();

    @AfterEach
    void close() {
        time.close();
    }

    @Test
    void runsAllTasksInOrderOnOneThreadThatKeepsTheProcessAlive() {
        List<Integer> order = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            int number = i;
            time.execute(() -> {
                order.add(number);
                threads.add(Thread.currentThread());
            });
        }
        thread();
        assertThat(order).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
        assertThat(threads).containsOnly(thread());
        assertThat(thread().getName()).isEqualTo("elasticjob-loop");
        assertThat(thread().isDaemon()).isFalse();
    }

    @Test
    void oneForWhatGoesOnBesideKeepsNoProcessAlive() {
        try (SystemTimekeeper beside = SystemTimekeeper.daemon("elasticjob-beside")) {
            CompletableFuture<Thread> ran = new CompletableFuture<>();
            beside.execute(() -> ran.complete(Thread.currentThread()));
            assertThat(await(ran).getName()).isEqualTo("elasticjob-beside");
            assertThat(await(ran).isDaemon()).isTrue();
        }
    }

    @Test
    void runsADelayedTaskOnTheSameThreadAndNotTooEarly() {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        CompletableFuture<Long> at = new CompletableFuture<>();
        long asked = time.nanoTime();
        time.after(Duration.ofMillis(30), () -> {
            at.complete(time.nanoTime());
            ran.complete(Thread.currentThread());
        });
        time.after(Duration.ofDays(400_000), () -> ran.completeExceptionally(new AssertionError("too early")));
        assertThat(await(ran)).isSameAs(thread());
        assertThat(await(at) - asked)
                .isGreaterThanOrEqualTo(Duration.ofMillis(30).toNanos());
    }

    @Test
    void aTaskThatThrowsHarmsNoOther() {
        Thread before = thread();
        time.execute(() -> {
            throw new StackOverflowError("on purpose");
        });
        time.after(Duration.ZERO, () -> {
            throw new IllegalStateException("on purpose");
        });
        assertThat(thread()).isSameAs(before);
    }

    @Test
    void endsWithWhatItWasGivenAndIgnoresWhatComesLater() throws InterruptedException {
        Thread thread = thread();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        List<String> done = new ArrayList<>();
        time.execute(() -> {
            begun.countDown();
            try {
                goOn.await();
                interrupted.complete(false);
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        });
        begun.await();
        time.execute(() -> done.add("given before"));
        time.after(Duration.ofHours(1), () -> done.add("not due yet"));

        time.close();
        time.execute(() -> done.add("given after"));
        time.after(Duration.ZERO, () -> done.add("given after"));
        goOn.countDown();

        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(await(interrupted)).isFalse();
        assertThat(done).containsExactly("given before");
    }

    private Thread thread() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        time.execute(() -> thread.complete(Thread.currentThread()));
        return await(thread);
    }

    private static <T> T await(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }
}
