package io.elasticjob.integration;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.zookeeper.ZooKeeperRegistry;
import io.elasticjob.zookeeper.ZooKeeperSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * A process of one version of the application. {@link TwoVersionsTest} compiles this file with earlier versions of the core as
 * well: it uses only what they have. It ends when its standard input does.
 */
final class VersionedWorker {

    private final String name;
    private final Path ledger;

    private VersionedWorker(String name, Path ledger) {
        this.name = name;
        this.ledger = ledger;
    }

    /** @param args name of the instance, connect string, ledger, and jobs: {@code name,key=value,key=value} */
    public static void main(String[] args) throws IOException {
        VersionedWorker worker = new VersionedWorker(args[0], Path.of(args[2]));
        Map<String, SimpleJob> handlers = new TreeMap<>();
        var builder = JobEngine.builder()
                .namespace("proof")
                .application("shop")
                .instanceName(args[0])
                .registry(new ZooKeeperRegistry(
                        new ZooKeeperSettings(args[1], Duration.ofSeconds(10), Duration.ofSeconds(5), null)))
                .fireSource(new QuartzFireSource(Clock.systemUTC()));
        for (int i = 3; i < args.length; i++) {
            String[] parts = args[i].split(",");
            handlers.put(parts[0], worker::run);
            JobDefinition.Builder job = JobDefinition.named(parts[0]);
            for (int part = 1; part < parts.length; part++) {
                String[] pair = parts[part].split("=");
                job.set(JobKey.of(pair[0]).orElseThrow(), pair[1]);
            }
            builder.job(job.build());
        }
        try (JobEngine engine =
                builder.runner(InProcessShardRunner.platform(handlers, 16)).build()) {
            engine.start();
            System.in.transferTo(System.out);
            engine.close(Duration.ofSeconds(10));
        }
    }

    private void run(ShardingContext context) throws IOException {
        String line = context.jobName() + " " + context.executionId().firing().text() + " " + context.shardingItem()
                + " " + context.attempt() + " " + name + " " + Instant.now() + "\n";
        Files.writeString(ledger, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        if (context.jobName().equals("fails") && context.attempt() == 1) {
            throw new IOException("away");
        }
    }
}
