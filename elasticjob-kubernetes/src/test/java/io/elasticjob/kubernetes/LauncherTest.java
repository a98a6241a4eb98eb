package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.testing.values.OddValues;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of shell before the command of a task, as a pod runs them. */
class LauncherTest {

    private static final JobTemplate PRINT =
            Templates.script("printf '%s|%s|%s' \"$EJ_SHARD\" \"$EJ_SHARD_PARAMETER\" \"$EJ_ODD\"");

    @TempDir
    Path folder;

    /** What all ways to run a shard are tested with, and what would be harmful here. */
    static Stream<String> values() {
        Stream<String> here = Stream.of(
                "",
                "$(EJ_SHARD_LIST) $$(EJ_SHARD_LIST)",
                "\\n \\\\ \\0101 \\c rest \\",
                "bell\u0007escape\u001b\u007f",
                "7 lines\n7 begin\n7 like an index",
                "x".repeat(20_000));
        return Stream.concat(OddValues.stream(), here);
    }

    @ParameterizedTest
    @MethodSource("values")
    void valuesArriveAsTheyAre(String value) throws Exception {
        List<ArrayTask> tasks = IntStream.range(0, 13)
                .mapToObj(place -> new ArrayTask(place * 3, place == 7 ? value : "another " + place))
                .toList();
        ArrayRun run = new ArrayRun(Templates.id(1), "print", tasks, Map.of("EJ_ODD", value), ArrayRules.NONE);

        assertThat(printed(run, 7)).isEqualTo("21|" + value + "|" + value);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_999, 2_000, 3_998, 4_999})
    void anIndexIsAPlaceInTheListOfShards(int index) throws Exception {
        List<ArrayTask> tasks = IntStream.range(0, 5_000)
                .mapToObj(place -> new ArrayTask(place < 2_000 ? place : place * 2, ""))
                .toList();

        ArrayTask task = tasks.get(index);
        assertThat(printed(Templates.run(tasks), index)).isEqualTo(task.shard() + "||");
        assertThat(printed(Templates.run(tasks.subList(0, 2_000)), index % 2_000))
                .isEqualTo(index % 2_000 + "||");
    }

    private String printed(ArrayRun run, int index) throws Exception {
        ComposedJob composed = ComposedJob.of(run, PRINT, "m");
        Job job = composed.job();
        Path place = Files.createTempDirectory(folder, "pod");
        LocalPod pod = LocalPod.begin(job, index, "pod", place, composed.values());
        assertThat(pod.onExit().get(60, TimeUnit.SECONDS).exitValue()).isZero();
        return Files.readString(place.resolve("log"), StandardCharsets.UTF_8);
    }
}
