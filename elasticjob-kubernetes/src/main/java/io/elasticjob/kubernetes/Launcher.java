package io.elasticjob.kubernetes;

import java.util.List;
import java.util.stream.Stream;

/**
 * How a task gets its number and its parameter in variables, although Kubernetes gives all pods of a Job the same ones: a few
 * lines of shell look them up and are then replaced by the command. The text is always the same; values come from variables and
 * files.
 */
final class Launcher {

    /** Where the ConfigMap is mounted. */
    static final String FOLDER = "/etc/elasticjob";

    /** Lines of an index, a blank and the parameter; an index without a parameter has none. */
    static final String PARAMETERS = "parameters";

    /** Numbers of the shards as ranges, where there are too many for a variable. */
    static final String SHARDS = "shards";

    private static final String SCRIPT = """
            n=$JOB_COMPLETION_INDEX
            s=$EJ_SHARD_LIST
            [ -n "$s" ] || s=$(cat "$EJ_VALUES/shards") || exit 64
            IFS=,
            for r in $s; do
              f=${r%-*}
              c=$((${r#*-} - f + 1))
              if [ "$n" -lt "$c" ]; then
                EJ_SHARD=$((f + n))
                break
              fi
              n=$((n - c))
            done
            unset IFS n s r f c
            EJ_SHARD_PARAMETER=
            if [ -f "$EJ_VALUES/parameters" ]; then
              EJ_SHARD_PARAMETER=$(sed -n "s/^$JOB_COMPLETION_INDEX //p" "$EJ_VALUES/parameters") || exit 64
              EJ_SHARD_PARAMETER=$(printf '%b.' "$EJ_SHARD_PARAMETER")
              EJ_SHARD_PARAMETER=${EJ_SHARD_PARAMETER%.}
            fi
            export EJ_SHARD EJ_SHARD_PARAMETER
            exec "$@"
            """;

    private Launcher() {}

    /** The command of the container, with what is to be run behind it. */
    static List<String> command(List<String> command) {
        return Stream.concat(Stream.of("/bin/sh", "-c", withoutReferences(SCRIPT), "elasticjob-task"), command.stream())
                .toList();
    }

    /** A text in which Kubernetes finds no $(NAME) to be replaced by the value of another variable. */
    static String withoutReferences(String text) {
        return text.replace("$", "$$");
    }

    /** A parameter as it stands in its line, and as printf reads it. */
    static String line(int index, String parameter) {
        return index + " "
                + parameter.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r") + "\n";
    }
}
