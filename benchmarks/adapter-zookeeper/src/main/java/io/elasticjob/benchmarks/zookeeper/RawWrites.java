package io.elasticjob.benchmarks.zookeeper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/**
 * Writes over nodes that are there, in transactions of some puts with some of them on their way all the time, and tells how
 * many came through and how long each took. Its output is {@code begun} after a while of the same without counting, then
 * {@code ended} with figures; then it waits for the end of its input, so that its CPU can still be read.
 */
public final class RawWrites {

    private static final String ROOT = "/limit";
    private static final int SESSION_MILLIS = 30_000;
    private static final int PATIENCE_SECONDS = 60;
    private static final int CREATED_AT_ONCE = 200;
    private static final double NANOS_PER_MILLI = 1e6;

    private final ZooKeeper zooKeeper;
    private final int puts;
    private final byte[] record;
    private final Semaphore free;
    private final int inFlight;
    private final Queue<Long> tookNanos = new ConcurrentLinkedQueue<>();
    private final AtomicInteger failed = new AtomicInteger();
    private volatile boolean counting;

    private RawWrites(ZooKeeper zooKeeper, int puts, int inFlight, int bytes) {
        this.zooKeeper = zooKeeper;
        this.puts = puts;
        this.inFlight = inFlight;
        this.free = new Semaphore(inFlight);
        this.record = new byte[bytes];
        Arrays.fill(record, (byte) 'x');
    }

    /** @param args connect string, puts in a transaction, transactions in flight, bytes of a record, seconds before, seconds */
    public static void main(String[] args) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        try (ZooKeeper zooKeeper = new ZooKeeper(args[0], SESSION_MILLIS, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        })) {
            if (!connected.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no ZooKeeper at " + args[0]);
            }
            new RawWrites(zooKeeper, Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]))
                    .run(Double.parseDouble(args[4]), Double.parseDouble(args[5]));
        }
        while (System.in.read() >= 0) {
            // Nothing is said to it.
        }
    }

    private void run(double secondsBefore, double seconds) throws Exception {
        create();
        write(secondsBefore);
        counting = true;
        System.out.println("begun");
        double took = write(seconds);
        free.acquire(inFlight); // all have come back
        List<Long> all = new ArrayList<>(tookNanos);
        all.sort(null);
        System.out.printf(
                "ended transactions=%d failed=%d seconds=%s p50=%s p99=%s%n",
                all.size(), failed.get(), took, percentile(all, 0.5), percentile(all, 0.99));
    }

    /** A node of its own for each put that may be on its way. */
    private void create() throws Exception {
        zooKeeper.create(ROOT, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        for (int from = 0; from < puts * inFlight; from += CREATED_AT_ONCE) {
            List<Op> ops = new ArrayList<>();
            for (int i = from; i < Math.min(puts * inFlight, from + CREATED_AT_ONCE); i++) {
                ops.add(Op.create(path(i), record, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            }
            zooKeeper.multi(ops);
        }
    }

    private static String path(int node) {
        return ROOT + "/some-job@12345678901-" + node; // about as long as the path of a record
    }

    /** @return seconds */
    private double write(double seconds) throws InterruptedException {
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        for (int turn = 0; System.nanoTime() < end; turn++) {
            free.acquire();
            send(turn % inFlight * puts);
        }
        return (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private void send(int first) {
        List<Op> ops = new ArrayList<>(puts);
        for (int i = first; i < first + puts; i++) {
            ops.add(Op.setData(path(i), record, -1));
        }
        boolean counted = counting;
        long sent = System.nanoTime();
        MultiCallback answered = (code, path, context, results) -> {
            if (counted && code == Code.OK.intValue()) {
                tookNanos.add(System.nanoTime() - sent);
            } else if (counted) {
                failed.incrementAndGet();
            }
            free.release();
        };
        zooKeeper.multi(ops, answered, null);
    }

    private static double percentile(List<Long> sortedNanos, double share) {
        return sortedNanos.isEmpty()
                ? Double.NaN
                : sortedNanos.get((int) Math.ceil(share * sortedNanos.size()) - 1) / NANOS_PER_MILLI;
    }
}
