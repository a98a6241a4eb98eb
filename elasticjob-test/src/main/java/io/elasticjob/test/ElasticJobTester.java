package io.elasticjob.test;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobOperations;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/**
 * Runs the jobs of a test, in memory and in a time of its own. That time stands still: no schedule fires unless the test
 * moves it. Handlers run on threads as they do in production. Every method that moves time, or makes something run, returns
 * when all is done that follows of it, listeners included; so no test has to wait or to sleep.
 *
 * <p>In a Spring test it is injected, see {@code @ElasticJobTest}. Anywhere else:
 *
 * <pre>{@code
 * try (ElasticJobTester tester = ElasticJobTester.of("0 0 3 * * ?", context -> archive.run())) {
 *     tester.advance(Duration.ofDays(1));
 *     assertThat(tester.executions()).firedAt("2026-01-01T03:00:00Z").allSucceeded();
 * }
 * }</pre>
 *
 * <p>From one thread of the test at a time.
 *
 * @since 0.1.0
 */
public final class ElasticJobTester implements AutoCloseable {

    /** The first instant of a test, unless it says otherwise: just past midnight, so that nothing is due at once. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00.500Z");

    private final TestBed bed;

    ElasticJobTester(TestBed bed) {
        this.bed = bed;
    }

    /** Collects jobs for a test without Spring. */
    public static ElasticJobTesterBuilder builder() {
        return new ElasticJobTesterBuilder();
    }

    /** Started, with one job of one shard, named {@code job}, that runs by this cron in UTC. */
    public static ElasticJobTester of(String cron, SimpleJob handler) {
        return builder()
                .job(JobDefinition.named("job").cron(cron, ZoneOffset.UTC), handler)
                .start();
    }

    // ---- Time -----------------------------------------------------------------------------------------------------

    /** The present instant of this test. */
    public Instant now() {
        return bed.time().now();
    }

    /** The time of this test, for code that asks a clock. In UTC. */
    public Clock clock() {
        return bed.time().clock(ZoneOffset.UTC);
    }

    /**
     * Lets time pass. It stands still while handlers run, so they take no time.
     *
     * @throws AssertionError when a handler does not end within 10 real seconds: see {@link #advanceWhileRunning}
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(duration + " lies in the past: time only goes on");
        }
        ready();
        bed.pass(duration, true);
    }

    /** Lets time pass until this instant. */
    public void advanceTo(Instant instant) {
        advance(Duration.between(now(), instant));
    }

    /**
     * Lets time pass though handlers run, for what depends on how long they take: timeouts, overlaps, overdue firings. Does not
     * wait for their ends; {@link #settle} does.
     */
    public void advanceWhileRunning(Duration duration) {
        bed.pass(duration, false);
    }

    /** Waits until nothing runs and all is done that is due by now. No time passes. */
    public void settle() {
        bed.pass(Duration.ZERO, true);
    }

    /** As {@link #settle}, without waiting for handlers that run. */
    public void settleWhileRunning() {
        bed.pass(Duration.ZERO, false);
    }

    // ---- Jobs -----------------------------------------------------------------------------------------------------

    /**
     * Runs a job once, and returns when it has ended. No time passes.
     *
     * @param shards to run; without any, all
     * @return what ran, failures included
     * @throws io.elasticjob.NoSuchJobException when there is no such job
     * @throws io.elasticjob.OperationRefusedException when it cannot be run, such as a disabled job
     * @throws AssertionError when it does not come to its end before time passes, such as a retry after a pause
     */
    public Executions run(String job, int... shards) {
        return run(TriggerRequest.of(job)
                .withShards(Arrays.stream(shards).boxed().collect(Collectors.toCollection(TreeSet::new))));
    }

    /** As {@link #run(String, int...)}, with a parameter, or whatever else such a request can say. */
    public Executions run(TriggerRequest request) {
        ready();
        TriggerReceipt receipt = requested(request);
        settle();
        CompletableFuture<TriggerStatus> completion = receipt.completion().toCompletableFuture();
        if (!completion.isDone()) {
            throw new AssertionError("The trigger of " + request.job() + " has not come to its end at " + now()
                    + ", and time stands still: " + progress(request.job(), receipt)
                    + ". Use trigger(…), and advance(…) until it has.");
        }
        return executions()
                .where(execution -> execution.job().equals(request.job())
                        && execution.id().firing().equals(new Firing.Triggered(receipt.number())));
    }

    private String progress(String job, TriggerReceipt receipt) {
        CompletableFuture<String> words = operations()
                .triggerStatus(job, receipt.number())
                .thenApply(status ->
                        status.map(TriggerStatus::shards).map(Object::toString).orElse("it is gone"))
                .toCompletableFuture();
        settle();
        return words.getNow("its state is not known");
    }

    /**
     * Asks for a run of a job, and returns when all has begun that can begin: handlers may still run.
     *
     * @return the confirmation, whose {@link TriggerReceipt#completion} tells the end
     */
    public TriggerReceipt trigger(TriggerRequest request) {
        ready();
        TriggerReceipt receipt = requested(request);
        settleWhileRunning();
        return receipt;
    }

    /** As {@link #trigger(TriggerRequest)}, of all shards. */
    public TriggerReceipt trigger(String job) {
        return trigger(TriggerRequest.of(job));
    }

    private TriggerReceipt requested(TriggerRequest request) {
        return answer(operations().trigger(request));
    }

    /** The answer to what was asked of an engine; what has to happen for it is done before. No time passes. */
    public <T> T answer(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        settleWhileRunning();
        if (!future.isDone()) {
            settle(); // it may hang on the end of what runs
        }
        if (!future.isDone()) {
            throw new AssertionError("There is no answer at " + now() + ", and time stands still. Is ZooKeeper stopped,"
                    + " or this instance cut off from it?");
        }
        try {
            return future.get();
        } catch (ExecutionException | CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Steers the jobs of the namespace. {@link #answer} waits for what its methods return. */
    public JobOperations operations() {
        return anyLive().operations();
    }

    private TestInstance anyLive() {
        return bed.instances().stream().filter(TestInstance::isLive).findFirst().orElseGet(bed::own);
    }

    /** What has ended on any instance, since the test began or {@link #reset}. */
    public Executions executions() {
        return bed.executions();
    }

    /** What has ended of one job. */
    public Executions executionsOf(String job) {
        return executions().ofJob(job);
    }

    /** What runs now, as ids of executions: {@code job/firing/shard/attempt}. */
    public List<String> running() {
        return bed.instances().stream()
                .flatMap(instance -> instance.running().stream())
                .sorted()
                .toList();
    }

    // ---- Instances ------------------------------------------------------------------------------------------------

    /** The instance of the application itself. */
    public TestInstance instance() {
        return bed.own();
    }

    /** All instances of this test, the application's own first. */
    public List<TestInstance> instances() {
        return bed.instances();
    }

    /**
     * Starts another instance of the application, which shares its handlers. One second passes, in which the others hear of it
     * and shards are assigned to it.
     */
    public TestInstance addInstance(String name) {
        ready();
        TestInstance instance = bed.add(name);
        bed.pass(Duration.ofSeconds(1), false);
        return instance;
    }

    /** ZooKeeper fails as a whole. */
    public void stopRegistry() {
        bed.ensemble().stop();
        settleWhileRunning();
    }

    /** ZooKeeper is back, with all data and sessions. */
    public void startRegistry() {
        bed.ensemble().start();
        settleWhileRunning();
    }

    /**
     * Makes the test bed as it was: added instances leave, what was broken is repaired, a killed application starts again, and
     * what has run is forgotten. Time does not go back. Spring tests do this before each test method.
     */
    public void reset() {
        bed.reset();
    }

    private void ready() {
        settleWhileRunning();
        bed.own().engine();
    }

    /** Ends all instances of a test without Spring. */
    @Override
    public void close() {
        bed.close();
    }
}
