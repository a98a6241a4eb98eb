package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobTemplateTest {

    @Test
    void takesATemplate() {
        assertThat(Templates.resize().values()).isEqualTo(JobTemplate.Values.ENVIRONMENT);
    }

    @Test
    void takesTheOneOfTheManifests() throws IOException {
        Path file = Path.of("../deploy/kubernetes/components/array-jobs/template.yaml");

        assertThat(JobTemplate.parse(Files.readString(file)).values()).isEqualTo(JobTemplate.Values.ENVIRONMENT);
    }

    @Test
    void takesOneWithoutACommandThatReadsItsValuesItself() {
        String yaml = Templates.RESIZE
                .replace("          command: [/app/resize]\n", "")
                .replace("metadata:\n", "metadata:\n  annotations:\n    elasticjob.io/task-values: file\n");

        assertThat(JobTemplate.parse(yaml).values()).isEqualTo(JobTemplate.Values.FILE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kind: Job | kind: Pod | kind must be Job",
                "apiVersion: batch/v1 | apiVersion: v1 | kind must be Job of batch/v1",
                "spec:\\n  template | spec:\\n  suspend: false\\n  template | spec.suspend is set by ElasticJob",
                "spec:\\n  template | spec:\\n  completions: 3\\n  template | spec.completions is set by ElasticJob",
                "spec:\\n  template | spec:\\n  parallelism: 3\\n  template | spec.parallelism is set by ElasticJob",
                "spec:\\n  template | spec:\\n  backoffLimit: 3\\n  template | spec.backoffLimit is set by ElasticJob",
                "spec:\\n  template | spec:\\n  activeDeadlineSeconds: 3\\n  template | spec.activeDeadlineSeconds is set",
                "spec:\\n  template | spec:\\n  ttlSecondsAfterFinished: 3\\n  template | spec.ttlSecondsAfterFinished is set",
                "spec:\\n  template | spec:\\n  completion: 3\\n  template | cannot be read",
                "image: | imagee: | cannot be read",
                "command: [/app/resize] | command: [] | containers[0].command must be set",
                "command: [/app/resize] | command: [a]\\n          command: [b] | cannot be read",
                "'      enableServiceLinks' | '      restartPolicy: OnFailure\\n      enableServiceLinks' | restartPolicy must be Never",
                "args: | env: [{name: EJ_SHARD, value: x}]\\n          args: | cannot set EJ_SHARD",
                "'      enableServiceLinks' | '      volumes: [{name: elasticjob, emptyDir: {}}]\\n      enableServiceLinks' | one of the name elasticjob",
                "team: images | 'team: images\\n  annotations:\\n    elasticjob.io/task-values: files' | must be environment or file"
            })
    void refusesWhatCannotBeInATemplate(String good, String bad, String message) {
        String yaml = Templates.RESIZE.replace(lines(good), lines(bad));

        assertThat(yaml).isNotEqualTo(Templates.RESIZE);
        assertThatThrownBy(() -> JobTemplate.parse(yaml))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static String lines(String text) {
        return text.replace("\\n", "\n");
    }
}
