package io.elasticjob.integration;

import io.elasticjob.Cause;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.ShardingContext;
import io.elasticjob.integration.Application.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A process that runs a chain of four jobs with a join, and writes down what it begins, until it is killed. */
final class ChainWorker {

    static final Duration SESSION = Duration.ofSeconds(4);
    private static final Duration WORK = Duration.ofMillis(20);

    /** Each goes on however a firing before it ends: of one that dies nothing is lost but its success. */
    static final List<JobDefinition> JOBS = List.of(
            job("first").shards(3).build(), // they end at the same time on three instances, each of which may close it
            job("left").set(JobKey.AFTER, "first:ANY").build(),
            job("right").set(JobKey.AFTER, "first:ANY").shards(2).build(),
            job("last")
                    .set(JobKey.AFTER, "left:ANY,right:ANY")
                    .set(JobKey.JOIN, "ALL")
                    .build());

    private final FileChannel ledger;

    private ChainWorker(Path ledger) throws IOException {
        this.ledger = FileChannel.open(ledger, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static JobDefinition.Builder job(String name) {
        return JobDefinition.named(name).failover(true).set(JobKey.RECORD_FIRINGS, "true");
    }

    /** @param args name of the instance, connect string of ZooKeeper, file of the ledger */
    public static void main(String[] args) throws IOException {
        start(args[0], args[1], Path.of(args[2]));
    }

    static Application start(String name, String connectString, Path ledger) throws IOException {
        ChainWorker worker = new ChainWorker(ledger);
        return new Application(name, new Place(connectString, SESSION), JOBS, worker::work, event -> {});
    }

    /** One line, written at once: a killed process leaves all of it or nothing. Then it takes a while, for a kill to come into. */
    private void work(ShardingContext context) throws IOException, InterruptedException {
        String causes = context.causes().stream().map(Cause::toString).collect(Collectors.joining(","));
        String line = context.jobName() + " " + context.trigger().orElseThrow() + " " + context.attempt() + " " + causes
                + "\n";
        ledger.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
        new CountDownLatch(1).await(WORK.toMillis(), TimeUnit.MILLISECONDS);
    }
}
