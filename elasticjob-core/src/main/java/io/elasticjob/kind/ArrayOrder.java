package io.elasticjob.kind;

import io.elasticjob.ArrayKind;
import io.elasticjob.ArrayPlace;
import io.elasticjob.Indexes;
import io.elasticjob.JobDefinition;
import io.elasticjob.SettingForm;
import io.elasticjob.spi.ArrayResources;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** What a cluster is asked to run, from what the engine orders. */
final class ArrayOrder {

    private static final String PREFIX = ArrayKind.ARRAY.key() + ":";
    private static final SettingForm<SortedMap<String, String>> PARAMETERS = SettingForm.pairs("task", "0=eu,1=us");
    private static final SettingForm<Integer> NUMBER = SettingForm.number(0, ArrayKind.MAX_TASKS);
    private static final SettingForm<Duration> TIMEOUT = SettingForm.duration(Duration.ofDays(365));

    private ArrayOrder() {}

    static boolean isOne(ShardRunner.Order order) {
        return order.handler().startsWith(PREFIX);
    }

    /** Name of the handler that runs a template. */
    static String handler(String template) {
        return PREFIX + template;
    }

    static String template(ShardRunner.Order order) {
        return order.handler().substring(PREFIX.length());
    }

    static RunId id(String namespace, ShardRunner.Order order) {
        return RunId.of(namespace, order.context().executionId());
    }

    /** @param place which tasks it has */
    static ArrayRun run(String namespace, ShardRunner.Order order, ArrayPlace place) {
        JobDefinition job = order.settings();
        SortedMap<String, String> parameters = job.value(ArrayKind.ARRAY_PARAMETERS, PARAMETERS);
        List<ArrayTask> tasks = place.tasks().stream()
                .mapToObj(number -> new ArrayTask(number, parameters.getOrDefault(Integer.toString(number), "")))
                .toList();
        return new ArrayRun(id(namespace, order), template(order), tasks, environment(order, place), rules(job));
    }

    private static Map<String, String> environment(ShardRunner.Order order, ArrayPlace place) {
        Map<String, String> facts = new LinkedHashMap<>(ExecutionFacts.environment(order.context()));
        facts.remove(ArrayRun.SHARD);
        facts.remove(ArrayRun.SHARD_PARAMETER);
        facts.remove("EJ_CHECKPOINT");
        facts.put("EJ_SHARDS", Integer.toString(place.size()));
        return facts;
    }

    private static ArrayRules rules(JobDefinition job) {
        boolean isLimited = job.setting(ArrayKind.ARRAY_PARALLELISM).isPresent();
        boolean isTimed = job.setting(ArrayKind.ARRAY_TASK_TIMEOUT).isPresent();
        return new ArrayRules(
                isLimited ? job.value(ArrayKind.ARRAY_PARALLELISM, NUMBER) : 0,
                isTimed ? job.value(ArrayKind.ARRAY_TASK_TIMEOUT, TIMEOUT) : null,
                job.value(ArrayKind.ARRAY_RETRIES, NUMBER),
                job.value(ArrayKind.ARRAY_RESOURCES, ArrayResources::parse));
    }

    /** Numbers of the tasks that a cluster tells by index. */
    static Indexes numbers(ArrayPlace place, Indexes told) {
        int[] tasks = place.tasks().stream().toArray();
        return Indexes.of(told.stream()
                .filter(index -> index < tasks.length)
                .map(index -> tasks[index])
                .toArray());
    }

    /** The index of a task in this attempt; -1 where it is not part of it. */
    static int index(ArrayPlace place, int number) {
        return place.tasks().contains(number)
                ? (int) place.tasks().stream().filter(task -> task < number).count()
                : -1;
    }
}
