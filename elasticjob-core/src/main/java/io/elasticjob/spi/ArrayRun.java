package io.elasticjob.spi;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a {@link Cluster} is to run: all tasks of one execution. <em>Index</em> is the place of a task in {@link #tasks()}, from
 * 0; everything that a cluster tells is told by index.
 *
 * <p><b>Values.</b> Values of {@link #environment()} and parameters of tasks come from settings that anybody may have changed
 * at run time. They are any text without U+0000: with commas, quotes, blanks and line ends, and as long as 120,000 bytes each.
 * A cluster hands them over as values, in a file or in the environment of a process, and never puts them into the text of a
 * command, a script or a path. What is run comes from the template alone, which the application declares.
 *
 * @param template name of what is run, one of {@link Cluster#templates()} where the run was prepared first
 * @param tasks at least one, in the order of their shards
 * @param environment variables that are the same for all tasks. Names are ASCII letters, digits and {@code _}; all begin with
 *     {@code EJ_}, and none is {@code EJ_SHARD} or {@code EJ_SHARD_PARAMETER}
 * @since 0.1.0
 */
public record ArrayRun(
        RunId id, String template, List<ArrayTask> tasks, Map<String, String> environment, ArrayRules rules) {

    /** Number of the task's shard. */
    public static final String SHARD = "EJ_SHARD";

    /** Parameter of the task's shard; "" where it has none. */
    public static final String SHARD_PARAMETER = "EJ_SHARD_PARAMETER";

    private static final Pattern VARIABLE = Pattern.compile("EJ_[A-Z0-9_]+");

    public ArrayRun {
        tasks = List.copyOf(tasks);
        environment = Map.copyOf(environment);
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("A run needs a task");
        }
        environment.keySet().forEach(ArrayRun::check);
    }

    private static void check(String name) {
        if (!VARIABLE.matcher(name).matches() || name.equals(SHARD) || name.equals(SHARD_PARAMETER)) {
            throw new IllegalArgumentException("The variable " + name + " cannot be that of all tasks of a run");
        }
    }

    /** All variables of one task: those of the run, and its own {@link #SHARD} and {@link #SHARD_PARAMETER}. */
    public Map<String, String> environmentOf(int index) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.put(SHARD, Integer.toString(tasks.get(index).shard()));
        all.put(SHARD_PARAMETER, tasks.get(index).parameter());
        return all;
    }

    /** Without values, which may be secret. */
    @Override
    public String toString() {
        return id + " (" + tasks.size() + " × " + template + ")";
    }
}
