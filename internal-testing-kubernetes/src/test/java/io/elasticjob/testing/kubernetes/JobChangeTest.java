package io.elasticjob.testing.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobChangeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metadata: {uid: 1b2c} | ''",
                "metadata: {uid: other} | metadata.uid",
                "spec: {suspend: false} | ''",
                "spec: {parallelism: 4} | ''",
                "spec: {parallelism: -1} | spec.parallelism",
                "spec: {ttlSecondsAfterFinished: 60} | ''",
                "spec: {ttlSecondsAfterFinished: soon} | spec.ttlSecondsAfterFinished",
                "spec: {backoffLimitPerIndex: 1} | ''",
                "spec: {backoffLimitPerIndex: 2} | spec.backoffLimitPerIndex",
                "spec: {completions: 9} | spec.completions",
                "spec: {template: {}} | spec.template"
            })
    void knowsWhatCanBeChanged(String patch, String where) {
        Map<String, Object> job = ApiServer.objects(
                        "metadata: {uid: 1b2c, name: a}\nspec: {suspend: true, backoffLimitPerIndex: 1, completions: 3}")
                .get(0);

        assertThat(JobChange.problems(job, ApiServer.objects(patch).get(0)))
                .extracting(Problem::where)
                .isEqualTo(where.isEmpty() ? List.of() : List.of(where));
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "false, 0"})
    void aFinishedJobIsNotSuspended(boolean finished, int problems) {
        Map<String, Object> job = ApiServer.objects("metadata: {name: a}\nspec: {suspend: false}\nstatus: {conditions:"
                        + " [{type: Complete, status: '" + (finished ? "True" : "False") + "'}]}")
                .get(0);

        assertThat(JobChange.problems(job, Map.of("spec", Map.of("suspend", true))))
                .hasSize(problems);
    }
}
