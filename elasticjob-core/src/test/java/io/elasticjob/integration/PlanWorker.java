package io.elasticjob.integration;

import io.elasticjob.Cause;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.ShardPlanner;
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
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A process that plans and runs the firings of two jobs, one after the other, and writes down what it begins, until it is killed. */
final class PlanWorker {

    static final Duration SESSION = Duration.ofSeconds(4);
    private static final Duration WORK = Duration.ofMillis(20);
    private static final Duration PLANNING = Duration.ofMillis(60);
    private static final String PLANNER = "by-number";

    static final List<JobDefinition> JOBS = List.of(
            planned("first").build(),
            planned("last").set(JobKey.AFTER, "first:ANY").build());

    private final String name;
    private final FileChannel ledger;
    private final AtomicInteger calls = new AtomicInteger();

    private PlanWorker(String name, Path ledger) throws IOException {
        this.name = name;
        this.ledger = FileChannel.open(ledger, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static JobDefinition.Builder planned(String job) {
        return JobDefinition.named(job).failover(true).set(JobKey.PLANNER, PLANNER);
    }

    /** @param args name of the instance, connect string of ZooKeeper, file of the ledger */
    public static void main(String[] args) throws IOException {
        start(args[0], args[1], Path.of(args[2]));
    }

    static Application start(String name, String connectString, Path ledger) throws IOException {
        PlanWorker worker = new PlanWorker(name, ledger);
        return Application.with(
                name,
                new Place(connectString, SESSION),
                JOBS,
                worker::work,
                builder -> builder.shardPlanners(Map.of(PLANNER, worker::plan)));
    }

    /** Another plan at each call. */
    private List<String> plan(ShardPlanner.Request request) throws IOException, InterruptedException {
        long trigger = ((Firing.Triggered) request.firing()).number();
        String call = name + "-" + calls.incrementAndGet();
        write("plans " + request.job() + " " + trigger + " " + call);
        await(PLANNING);
        return IntStream.rangeClosed(0, (int) (trigger % 4))
                .mapToObj(part -> call + "/" + part)
                .toList();
    }

    private void work(ShardingContext context) throws IOException, InterruptedException {
        String causes = context.causes().stream().map(Cause::toString).collect(Collectors.joining(","));
        write("runs " + context.jobName() + " " + context.trigger().orElseThrow() + " " + context.attempt() + " "
                + context.shardingItem() + " " + context.shardingTotalCount() + " " + context.shardingParameter() + " "
                + causes);
        await(WORK);
    }

    /** One line, written at once: a killed process leaves all of it or nothing. */
    private void write(String line) throws IOException {
        ledger.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /** For a kill to come into. */
    private static void await(Duration time) throws InterruptedException {
        new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    }
}
