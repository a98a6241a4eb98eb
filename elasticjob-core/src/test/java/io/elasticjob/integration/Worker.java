package io.elasticjob.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.elasticjob.ElasticJobEvent.FiringsSuperseded;
import io.elasticjob.ElasticJobEvent.OwnerDied;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardingContext;
import io.elasticjob.integration.Application.Place;
import io.elasticjob.testing.faults.LedgerLine;
import io.elasticjob.testing.faults.LedgerLine.What;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A process that runs {@link #JOBS} until it is told to end, and writes down what it does; see {@link LedgerLine}. */
final class Worker {

    static final Duration SESSION = Duration.ofSeconds(4);

    /** How long a shard takes at least: long enough to be killed in. */
    static final Duration WORK = Duration.ofMillis(400);

    /** Whoever dies while running has the firing run again, or not; a period longer than a second, or not. */
    static final List<JobDefinition> JOBS = List.of(
            JobDefinition.named("retried")
                    .every(Duration.ofSeconds(1))
                    .shards(4)
                    .failover(true)
                    .build(),
            JobDefinition.named("given-up")
                    .every(Duration.ofSeconds(1))
                    .shards(3)
                    .build(),
            JobDefinition.named("calm").every(Duration.ofSeconds(2)).shards(3).build());

    private final String name;
    private final FileChannel ledger;

    private Worker(String name, Path ledger) throws IOException {
        this.name = name;
        this.ledger = FileChannel.open(ledger, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** @param args name of the instance, connect string of ZooKeeper, file of the ledger */
    public static void main(String[] args) throws IOException {
        Worker worker = new Worker(args[0], Path.of(args[2]));
        Application application = new Application(args[0], new Place(args[1], SESSION), JOBS, worker::work, event -> {
            if (event instanceof FiringsSuperseded superseded) {
                worker.write(new LedgerLine(
                        superseded.job(),
                        superseded.by(),
                        superseded.shard(),
                        superseded.count(),
                        0,
                        worker.name,
                        What.SUPERSEDED,
                        Instant.now()));
            } else if (event instanceof OwnerDied died
                    && !died.retried()
                    && died.execution().firing() instanceof Firing.Scheduled scheduled) {
                // Perhaps it had only claimed, ahead of the fire time, so that nothing of it began.
                ExecutionId lost = died.execution();
                worker.write(new LedgerLine(
                        lost.job(),
                        scheduled.fireTime(),
                        lost.shard(),
                        lost.attempt(),
                        0,
                        worker.name,
                        What.LOST,
                        Instant.now()));
            }
        });
        Runtime.getRuntime().addShutdownHook(new Thread(application::close));
    }

    private void work(ShardingContext context) throws InterruptedException {
        note(context, What.START);
        try {
            new CountDownLatch(1).await(WORK.toMillis() + 20 * context.shardingItem(), TimeUnit.MILLISECONDS);
        } finally {
            note(context, What.END);
        }
    }

    private void note(ShardingContext context, What what) {
        write(new LedgerLine(
                context.jobName(),
                context.fireTime(),
                context.shardingItem(),
                context.attempt(),
                context.fencingToken(),
                name,
                what,
                Instant.now()));
    }

    /** One write to the end of the file: what was written is there, however the process ends. */
    private void write(LedgerLine line) {
        try {
            ledger.write(ByteBuffer.wrap((line + "\n").getBytes(UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
