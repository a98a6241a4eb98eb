package io.elasticjob.benchmarks.worker;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Executions in a file that is mapped into memory: it outlives a kill of whoever writes it, and is read by another
 * process meanwhile. Written by any number of threads.
 */
public final class ExecutionLog {

    private static final int RECORD = 32;
    private static final int CAPACITY = 12_000_000;
    /** How many places in a row may be given out and not be written yet: one for each thread of a worker. */
    private static final int LARGEST_HOLE = 2_048;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer buffer;
    private final AtomicInteger next = new AtomicInteger();

    public ExecutionLog(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) RECORD * CAPACITY)
                    .order(ByteOrder.nativeOrder());
        }
    }

    /** The wall clock, which all processes of a machine share, in microseconds since the epoch. */
    public static long nowMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000;
    }

    /**
     * Writes a beginning down.
     *
     * @return the place, for {@link #end}
     */
    public int begin(int job, int shard, int instance, long fireTimeMillis) {
        long begun = nowMicros();
        int place = next.getAndIncrement();
        if (place >= CAPACITY) {
            throw new IllegalStateException(
                    "more than " + CAPACITY + " executions in one worker: measure for less long");
        }
        int at = place * RECORD;
        buffer.putInt(at + 16, job);
        buffer.putShort(at + 20, (short) shard);
        buffer.putShort(at + 22, (short) instance);
        buffer.putLong(at + 24, fireTimeMillis);
        LONG.setRelease(buffer, at, begun);
        return place;
    }

    public void end(int place) {
        LONG.setRelease(buffer, place * RECORD + 8, nowMicros());
    }

    /** Reads what is there, in the order in which it was begun, but for threads that overtook each other. */
    public static List<Execution> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer in = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.nativeOrder());
            List<Execution> executions = new ArrayList<>();
            int hole = 0;
            for (int place = 0; place < in.capacity() / RECORD && hole < LARGEST_HOLE; place++) {
                int at = place * RECORD;
                long begun = (long) LONG.getAcquire(in, at);
                hole = begun == 0 ? hole + 1 : 0;
                if (begun != 0) {
                    executions.add(new Execution(
                            begun,
                            in.getLong(at + 8),
                            in.getInt(at + 16),
                            in.getShort(at + 20),
                            in.getShort(at + 22),
                            in.getLong(at + 24)));
                }
            }
            return executions;
        }
    }
}
