package io.elasticjob.test;

import io.elasticjob.Firing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.assertj.core.api.FactoryBasedNavigableListAssert;
import org.assertj.core.api.ObjectAssert;

/**
 * Assertions on executions, beside all that AssertJ has for lists.
 *
 * @since 0.1.0
 */
public final class ExecutionsAssert
        extends FactoryBasedNavigableListAssert<
                ExecutionsAssert, List<? extends TestExecution>, TestExecution, ObjectAssert<TestExecution>> {

    ExecutionsAssert(List<? extends TestExecution> executions) {
        super(executions, ExecutionsAssert.class, ObjectAssert::new);
    }

    /** So that what is filtered can be asserted upon like all of them. */
    @Override
    protected ExecutionsAssert newAbstractIterableAssert(Iterable<? extends TestExecution> some) {
        List<TestExecution> executions = new ArrayList<>();
        some.forEach(executions::add);
        return new ExecutionsAssert(executions);
    }

    /** There is at least one, and each ended normally. */
    public ExecutionsAssert allSucceeded() {
        isNotEmpty();
        return all("to have succeeded", TestExecution::succeeded);
    }

    /** There is at least one, and each ended so: the name of an {@link io.elasticjob.Outcome}, such as {@code FAILED}. */
    public ExecutionsAssert allEnded(String outcome) {
        isNotEmpty();
        return all(
                "to have ended as " + outcome,
                execution -> execution.outcome().name().equals(outcome));
    }

    /** These shards ran, and no others, each as often as it liked. */
    public ExecutionsAssert ranShards(int... shards) {
        isNotNull();
        return same(
                "shards",
                Arrays.stream(shards).boxed().collect(Collectors.toCollection(TreeSet::new)),
                TestExecution::shard);
    }

    /** These instances ran them, and no others. */
    public ExecutionsAssert ranOn(TestInstance... instances) {
        isNotNull();
        return same(
                "instances",
                Arrays.stream(instances).map(TestInstance::name).collect(Collectors.toCollection(TreeSet::new)),
                TestExecution::instance);
    }

    /** These are the fire times, and no others; each may have run several shards. */
    public ExecutionsAssert firedAt(Instant... fireTimes) {
        isNotNull();
        return same("fire times", new TreeSet<>(List.of(fireTimes)), TestExecution::fireTime);
    }

    /** These are the fire times, in the form {@code 2026-01-01T01:00:00Z}, and no others. */
    public ExecutionsAssert firedAt(String... fireTimes) {
        return firedAt(Arrays.stream(fireTimes).map(Instant::parse).toArray(Instant[]::new));
    }

    /** No shard of a firing succeeded twice. */
    public ExecutionsAssert eachSucceededOnceAtMost() {
        isNotNull();
        Map<String, List<TestExecution>> byShard = new TreeMap<>();
        for (TestExecution execution : actual) {
            if (execution.succeeded()) {
                byShard.computeIfAbsent(shardOfFiring(execution), any -> new ArrayList<>())
                        .add(execution);
            }
        }
        List<List<TestExecution>> twice =
                byShard.values().stream().filter(some -> some.size() > 1).toList();
        if (!twice.isEmpty()) {
            failWithMessage("%nExpected no shard of a firing to succeed twice, but these did:%n  %s", twice);
        }
        return this;
    }

    private static String shardOfFiring(TestExecution execution) {
        Firing firing = execution.id().firing();
        return execution.job() + "/" + execution.id().life() + "/" + firing.text() + "/" + execution.shard();
    }

    private ExecutionsAssert all(String what, Predicate<TestExecution> condition) {
        isNotNull();
        List<? extends TestExecution> others =
                actual.stream().filter(condition.negate()).toList();
        if (!others.isEmpty()) {
            failWithMessage(
                    "%nExpected all %s executions %s, but %s did not:%n  %s",
                    actual.size(), what, others.size(), lines(others));
        }
        return this;
    }

    private <T extends Comparable<T>> ExecutionsAssert same(
            String what, SortedSet<T> expected, Function<TestExecution, T> property) {
        SortedSet<T> found = actual.stream().map(property).collect(Collectors.toCollection(TreeSet::new));
        if (!found.equals(expected)) {
            failWithMessage(
                    "%nExpected the %s%n  %s%nbut these ran:%n  %s%nThe executions are:%n  %s",
                    what, expected, found, lines(actual));
        }
        return this;
    }

    private static String lines(List<? extends TestExecution> executions) {
        return executions.stream()
                .map(TestExecution::toString)
                .collect(Collectors.joining(System.lineSeparator() + "  "));
    }
}
