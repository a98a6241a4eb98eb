package io.elasticjob.test;

import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.assertj.core.api.AssertProvider;

/**
 * Executions that have ended, in the order of their ends. AssertJ's {@code assertThat} takes them:
 *
 * <pre>{@code
 * assertThat(tester.executionsOf("orders")).allSucceeded().ranShards(0, 1, 2);
 * }</pre>
 *
 * @since 0.1.0
 */
public final class Executions implements AssertProvider<ExecutionsAssert> {

    private final List<TestExecution> ended;

    Executions(List<TestExecution> ended) {
        this.ended = List.copyOf(ended);
    }

    /** Those that the condition is true of. */
    public Executions where(Predicate<TestExecution> condition) {
        return new Executions(ended.stream().filter(condition).toList());
    }

    /** Those of one job. */
    public Executions ofJob(String job) {
        return where(execution -> execution.job().equals(job));
    }

    /** Those of one shard. */
    public Executions ofShard(int shard) {
        return where(execution -> execution.shard() == shard);
    }

    /** Those that one instance ran. */
    public Executions on(TestInstance instance) {
        return where(execution -> execution.instance().equals(instance.name()));
    }

    /** Those of one fire time. */
    public Executions firedAt(Instant fireTime) {
        return where(execution -> execution.fireTime().equals(fireTime));
    }

    /** How many there are. */
    public int size() {
        return ended.size();
    }

    public boolean isEmpty() {
        return ended.isEmpty();
    }

    /** An unmodifiable list of them. */
    public List<TestExecution> list() {
        return ended;
    }

    public Stream<TestExecution> stream() {
        return ended.stream();
    }

    /** @deprecated for AssertJ alone: call {@code assertThat} with these executions. */
    @Deprecated
    @Override
    public ExecutionsAssert assertThat() {
        return new ExecutionsAssert(ended);
    }

    @Override
    public String toString() {
        return ended.toString();
    }
}
