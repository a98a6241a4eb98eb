package io.elasticjob.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.elasticjob.FiringClock;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.testing.faults.LedgerLine;
import io.elasticjob.testing.faults.LedgerLine.What;
import io.elasticjob.zookeeper.ZooKeeperRegistry;
import io.elasticjob.zookeeper.ZooKeeperSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A process that runs {@link #TICKS} by ZooKeeper's clock, with a clock of its own that is wrong, and writes down when each
 * shard begins by the clock that is right. Its events go to its output.
 */
final class ClockWorker {

    static final JobDefinition TICKS =
            JobDefinition.named("ticks").every(Duration.ofSeconds(1)).shards(6).build();

    /** A clock that is wrong by so much, beside a stopwatch and a loop that are right. */
    private record Skewed(Timekeeper real, Duration by) implements Timekeeper {

        @Override
        public Instant now() {
            return real.now().plus(by);
        }

        @Override
        public long nanoTime() {
            return real.nanoTime();
        }

        @Override
        public void execute(Runnable task) {
            real.execute(task);
        }

        @Override
        public void after(Duration delay, Runnable task) {
            real.after(delay, task);
        }
    }

    private ClockWorker() {}

    /**
     * @param args name of the instance, connect string of ZooKeeper, file of the ledger, by how much the engine's clock is
     *     wrong against that of this process, and by how much that of this process is wrong
     */
    public static void main(String[] args) throws IOException {
        Duration skew = Duration.parse(args[3]);
        Duration shift = Duration.parse(args[4]);
        FileChannel ledger = FileChannel.open(Path.of(args[2]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        SimpleJob body =
                context -> write(ledger, line(args[0], context, Instant.now().minus(shift)));
        JobEngine.builder()
                .namespace("clocks")
                .instanceName(args[0])
                .clock(FiringClock.REGISTRY)
                .registry(new ZooKeeperRegistry(
                        new ZooKeeperSettings(args[1], Duration.ofSeconds(10), Duration.ofSeconds(5), null)))
                .fireSource(new QuartzFireSource(Clock.offset(Clock.systemUTC(), skew)))
                .runner(InProcessShardRunner.platform(Map.of(TICKS.handler(), body), 64))
                .timekeeper(new Skewed(new SystemTimekeeper(), skew))
                .listener(event -> System.out.println("EVENT " + event))
                .job(TICKS)
                .build()
                .start();
    }

    private static LedgerLine line(String name, ShardingContext context, Instant began) {
        return new LedgerLine(
                context.jobName(),
                context.fireTime(),
                context.shardingItem(),
                context.attempt(),
                context.fencingToken(),
                name,
                What.START,
                began);
    }

    private static void write(FileChannel ledger, LedgerLine line) {
        try {
            ledger.write(ByteBuffer.wrap((line + "\n").getBytes(UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
