package io.elasticjob.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PlatformThreadsTest {

    private static final int MOST = 16;

    private final PlatformThreads threads = new PlatformThreads(MOST);

    @AfterEach
    void end() {
        threads.shutdown();
    }

    @Test
    void allThatIsBroughtByManyIsDoneOnceByNoMoreThreadsThanAllowed() throws Exception {
        int each = 20_000;
        Set<Thread> workers = ConcurrentHashMap.newKeySet();
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(4 * each);
        List<Thread> bringers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread bringer = new Thread(() -> {
                for (int task = 0; task < each; task++) {
                    threads.execute(() -> {
                        workers.add(Thread.currentThread());
                        runs.incrementAndGet();
                        done.countDown();
                    });
                }
            });
            bringers.add(bringer);
            bringer.start();
        }
        for (Thread bringer : bringers) {
            bringer.join(TimeUnit.SECONDS.toMillis(60));
        }

        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(runs).hasValue(4 * each);
        assertThat(workers).hasSizeLessThanOrEqualTo(MOST);
    }

    @Test
    void whatTakesLongHasAThreadEachThoughOnlyAFewAreWoken() throws Exception {
        for (int round = 0; round < 50; round++) {
            CyclicBarrier all = new CyclicBarrier(MOST + 1);
            for (int i = 0; i < MOST; i++) {
                threads.execute(() -> meet(all));
            }
            meet(all);
        }
    }

    @Test
    void whatComesWhileAllOthersAreBusyFindsTheLastThread() throws Exception {
        CountDownLatch busy = new CountDownLatch(MOST - 1);
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 0; i < MOST - 1; i++) {
            threads.execute(() -> {
                busy.countDown();
                await(end);
            });
        }
        assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 1_000; i++) {
            CountDownLatch done = new CountDownLatch(1);
            threads.execute(done::countDown);
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        }
        end.countDown();
    }

    @Test
    void whatFailsHarmsNothingAfterIt() throws Exception {
        CountDownLatch done = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            threads.execute(() -> {
                done.countDown();
                throw new IllegalStateException("meant to fail");
            });
        }

        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatWaitsAtTheEndIsDoneAndNothingMoreIsTaken() throws Exception {
        PlatformThreads one = new PlatformThreads(1);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(10);
        List<Thread> worker = new ArrayList<>();
        one.execute(() -> {
            worker.add(Thread.currentThread());
            begun.countDown();
            await(end);
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 10; i++) {
            one.execute(done::countDown);
        }
        one.shutdown();
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> one.execute(() -> {}));
        end.countDown();

        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        worker.get(0).join(TimeUnit.SECONDS.toMillis(30));
        assertThat(worker.get(0).isAlive()).isFalse();
    }

    private static void meet(CyclicBarrier all) {
        try {
            all.await(30, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
