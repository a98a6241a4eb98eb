package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrayKindTest {

    private static JobDefinition.Builder images() {
        return JobDefinition.named("images").every(Duration.ofHours(1)).set(ArrayKind.ARRAY, "resize");
    }

    @Test
    void aJobNamesATemplateAndSaysHowManyTasksItHas() {
        JobDefinition job = images().set(ArrayKind.ARRAY_SIZE, "10000").build();

        assertThat(job.handler()).isEqualTo("array:resize");
        assertThat(ArrayKind.runs(job)).isTrue();
        assertThat(ArrayKind.size(job)).isEqualTo(10_000);
        assertThat(job.shardingTotalCount()).isEqualTo(1);
        assertThat(ArrayKind.size(images().build())).isEqualTo(1);
        assertThat(ArrayKind.runs(JobDefinition.named("a").build())).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "shardingTotalCount|2|arraySize says how many tasks it has",
                "broadcast|true|cannot be set beside array",
                "monitorExecution|false|must be true beside array",
                "arraySize|0|must be a whole number from 1 to 10000",
                "arraySize|10001|must be a whole number from 1 to 10000",
                "arrayParameters|1=b|must name tasks by their numbers, from 0 to 0",
                "arrayParameters|x=b|must name tasks by their numbers, from 0 to 0",
                "arrayParallelism|0|must be a whole number from 1 to 10000",
                "arrayTaskTimeout|0s|must be longer than nothing",
                "arrayRetries|-1|must be a whole number from 0 to 100",
                "arrayResources|gpu=1|must name no other resources than cpu and memory"
            })
    void whatDoesNotGoWithAnArrayIsRefused(String key, String value, String rule) {
        JobDefinition.Builder job = images().set(JobKey.of(key).orElseThrow(), value);

        assertThatThrownBy(job::build)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("images." + key)
                .hasMessageContaining(rule);
    }

    @ParameterizedTest
    @CsvSource({"arraySize, 3", "arrayParallelism, 2", "arrayRetries, 1", "arrayResources, cpu=1"})
    void whatAnArrayHasIsRefusedWithoutOne(String key, String value) {
        JobDefinition.Builder job =
                JobDefinition.named("images").set(JobKey.of(key).orElseThrow(), value);

        assertThatThrownBy(job::build)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("needs array");
    }
}
