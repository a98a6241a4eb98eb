package io.elasticjob.gateway;

import io.elasticjob.Cancellation;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardingContext;
import io.elasticjob.gateway.wire.Attach;
import io.elasticjob.gateway.wire.WireId;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A crew's engine that does what a test says, and notes what it is told. */
final class ManualCrewEngine implements CrewEngine, ShardRunner.Listener {

    static final Duration SESSION = Duration.ofSeconds(15);

    final CrewKey crew;
    final Map<String, Outcome> ends = new LinkedHashMap<>();
    final List<String> checkpoints = new ArrayList<>();
    boolean isConnected = true;
    String instance = "i.0";
    boolean isProving = true;
    boolean isRecording = true;
    boolean isDraining;
    boolean isClosed;
    int changes;

    private final VirtualTime time;
    private final ShardRunner runner;
    /** What is to be adopted, and how a test answers. */
    final Map<ShardRunner.Holding, CompletableFuture<ShardRunner.Adopted>> adoptions = new LinkedHashMap<>();

    private final List<CompletableFuture<Void>> unrecorded = new ArrayList<>();
    private Optional<Proof> proof = Optional.empty();
    private int started;

    ManualCrewEngine(VirtualTime time, CrewKey crew, ShardRunner runner) {
        this.time = time;
        this.crew = crew;
        this.runner = runner;
        runner.open(this);
    }

    // ---- What a test says

    ShardRunner.Order start(String job) {
        ShardingContext context = ShardingContext.builder()
                .executionId(new ExecutionId(job, "life", new Firing.Scheduled(Instant.EPOCH), started, 1))
                .shard(started, 10_000)
                .fencingToken(1_000L + started)
                .build();
        started++;
        ShardRunner.Order order = ShardRunner.Order.of(
                JobDefinition.named(job).set(JobKey.HANDLER, "resize").build(), context);
        runner.start(order);
        return order;
    }

    /** Adopts what was asked for: hands it to the gateway, and says so. */
    void resumes(Attach.Held held) {
        WireId id = WireId.read(held.id()).orElseThrow();
        ShardingContext context = ShardingContext.builder()
                .executionId(id.execution())
                .shard(id.execution().shard(), 10_000)
                .fencingToken(id.token().orElseThrow())
                .build();
        runner.resume(ShardRunner.Order.of(
                JobDefinition.named(id.execution().job())
                        .set(JobKey.HANDLER, "resize")
                        .build(),
                context));
        answers(held, ShardRunner.Adopted.GOES_ON);
    }

    void answers(Attach.Held held, ShardRunner.Adopted what) {
        asked(held).complete(what);
    }

    void fails(Attach.Held held) {
        asked(held).completeExceptionally(new RegistryException("no answer"));
    }

    private CompletableFuture<ShardRunner.Adopted> asked(Attach.Held held) {
        return adoptions.entrySet().stream()
                .filter(entry -> WireId.read(held.id())
                        .orElseThrow()
                        .execution()
                        .equals(entry.getKey().execution()))
                .reduce((earlier, later) -> later)
                .orElseThrow()
                .getValue();
    }

    void cancel(ShardRunner.Order order) {
        runner.cancel(order, new Cancellation(Cancellation.Reason.SHARD_LOST, "", "It was taken"));
    }

    int slots() {
        return runner.slots();
    }

    void recordAll() {
        record(unrecorded.size());
    }

    /** Those that were told first. */
    void record(int count) {
        List<CompletableFuture<Void>> first = unrecorded.subList(0, count);
        first.forEach(end -> end.complete(null));
        first.clear();
    }

    // ---- What the gateway asks

    @Override
    public boolean isConnected() {
        return isConnected;
    }

    @Override
    public String instance() {
        return instance;
    }

    @Override
    public Optional<Proof> proof() {
        return proof;
    }

    @Override
    public CompletionStage<?> prove() {
        if (!isProving) {
            return new CompletableFuture<>();
        }
        proof = Optional.of(new Proof(time.nanoTime(), SESSION));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean isDraining() {
        return isDraining;
    }

    @Override
    public CompletionStage<Void> drain() {
        isDraining = true;
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close(Duration patience) {
        isClosed = true;
    }

    // ---- What the runner tells

    @Override
    public void ended(ShardRunner.Order order, Outcome outcome) {
        ends.put(order.context().executionId().toString(), outcome);
    }

    @Override
    public CompletionStage<Void> recordEnd(ShardRunner.Order order, Outcome outcome) {
        ended(order, outcome);
        if (isRecording) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> recorded = new CompletableFuture<>();
        unrecorded.add(recorded);
        return recorded;
    }

    @Override
    public CompletionStage<Void> reached(ShardRunner.Order order, String checkpoint) {
        checkpoints.add(checkpoint);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<ShardRunner.Adopted> adopt(ShardRunner.Holding holding) {
        CompletableFuture<ShardRunner.Adopted> answer = new CompletableFuture<>();
        adoptions.put(holding, answer);
        if (holding.ended() != null) {
            boolean isRecorded = ends.containsKey(holding.execution().toString());
            answer.complete(isRecorded ? ShardRunner.Adopted.RECORDED : ShardRunner.Adopted.LOST);
        }
        return answer;
    }

    @Override
    public void changed() {
        changes++;
    }
}
