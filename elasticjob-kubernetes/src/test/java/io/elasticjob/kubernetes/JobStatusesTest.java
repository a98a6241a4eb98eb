package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.spi.RunStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobStatusesTest {

    /** The statuses are those that a server of 1.36 gave, and their neighbours. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "created                | suspend: true  | {} | SUSPENDED | 0 | '' | ''",
                "suspended              | suspend: true  | conditions: [{type: Suspended, status: 'True'}] | SUSPENDED | 0 | '' | ''",
                "released, not seen yet | suspend: false | {} | RELEASED | 0 | '' | ''",
                "pods wait              | suspend: false | active: 3\\nready: 0 | RELEASED | 0 | '' | ''",
                "pods run               | suspend: false | active: 3\\nready: 2 | RELEASED | 2 | '' | ''",
                "an old server          | suspend: false | active: 3 | RELEASED | 3 | '' | ''",
                "some are done          | suspend: false | active: 1\\nready: 1\\ncompletedIndexes: '0'\\nfailedIndexes: '2' | RELEASED | 1 | 0 | 2",
                "the list grows         | suspend: false | active: 1\\nready: 1\\ncompletedIndexes: '0,1,3-5'\\nfailedIndexes: '2' | RELEASED | 1 | 0,1,3-5 | 2",
                "about to complete      | suspend: false | conditions: [{type: SuccessCriteriaMet, status: 'True'}]\\ncompletedIndexes: 0-9 | RELEASED | 0 | 0-9 | ''",
                "complete               | suspend: false | conditions: [{type: Complete, status: 'True'}]\\ncompletedIndexes: 0-9 | ENDED | 0 | 0-9 | ''",
                "about to fail          | suspend: false | conditions: [{type: FailureTarget, status: 'True'}]\\nactive: 1\\nready: 1\\nfailedIndexes: 0-2 | RELEASED | 1 | '' | 0-2",
                "failed                 | suspend: false | conditions: [{type: Failed, status: 'True', reason: FailedIndexes}]\\ncompletedIndexes: '0,1,3,4'\\nfailedIndexes: '2' | ENDED | 0 | 0,1,3,4 | 2",
                "failed, a pod ends     | suspend: false | conditions: [{type: Failed, status: 'True'}]\\nterminating: 1\\nfailedIndexes: '2' | RELEASED | 0 | '' | 2",
                "a condition that is no more | suspend: false | conditions: [{type: Failed, status: 'False'}]\\nactive: 1\\nready: 1 | RELEASED | 1 | '' | ''",
                "in both                | suspend: false | completedIndexes: 0-2\\nfailedIndexes: '2,4'\\nactive: 1\\nready: 1 | RELEASED | 1 | 0-2 | 4"
            })
    void isWhatTheJobSays(
            String name,
            String spec,
            String status,
            RunStatus.Phase phase,
            int running,
            String succeeded,
            String failed) {
        RunStatus read = JobStatuses.of(job(spec, status, ""), Templates.id(1));

        assertThat(read.phase()).isEqualTo(phase);
        assertThat(read.running()).isEqualTo(running);
        assertThat(read.succeeded().text()).isEqualTo(succeeded);
        assertThat(read.failed().text()).isEqualTo(failed);
        assertThat(read.run().identity()).isEqualTo("1b2c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "never released, deleted  | suspend: true  | {} | ENDED",
                "suspended again, deleted | suspend: true  | terminating: 1 | RELEASED",
                "running, deleted         | suspend: false | active: 1 | RELEASED",
                "complete, deleted        | suspend: false | conditions: [{type: Complete, status: 'True'}] | ENDED"
            })
    void whatIsBeingDeletedHasEndedOnceNothingRuns(String name, String spec, String status, RunStatus.Phase phase) {
        Job job = job(spec, status, "\n  deletionTimestamp: '2026-01-01T00:00:00Z'");

        assertThat(JobStatuses.of(job, Templates.id(1)).phase()).isEqualTo(phase);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Complete | CompletionsReached | Reached expected number | ''",
                "Failed | FailedIndexes | Job has failed indexes | FailedIndexes: Job has failed indexes",
                "FailureTarget | PodFailurePolicy | a rule matched | PodFailurePolicy: a rule matched"
            })
    void saysWhyItHasFailed(String type, String reason, String message, String told) {
        String status =
                "conditions: [{type: " + type + ", status: 'True', reason: " + reason + ", message: " + message + "}]";

        assertThat(JobStatuses.of(job("suspend: false", status, ""), Templates.id(1))
                        .message())
                .isEqualTo(told);
    }

    private static Job job(String spec, String status, String metadata) {
        return Serialization.unmarshal(
                "metadata:\n  uid: 1b2c" + metadata + "\nspec:\n  " + spec + "\nstatus:\n  "
                        + status.replace("\\n", "\n  "),
                Job.class);
    }
}
