package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Indexes;
import io.elasticjob.spi.ArrayResources;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ClusterException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandsTest {

    private static final Creation CREATION = new Creation("ej-orders-abcdefghijklm.nopqrstuvwxyz234");
    private static final SlurmTemplate TEMPLATE =
            new SlurmTemplate(List.of("/opt/resize"), null, Map.of("A", "1"), List.of("--partition=long"));
    private static final Path DIRECTORY = Path.of("/shared/runs");

    private final Commands commands = new Commands(null);

    private Command submit(SlurmTemplate template, ArrayRules rules, OptionalInt after) {
        return commands.submit(CREATION, new Chunk(1, 4, 10), template, rules, new Folder(DIRECTORY, CREATION), after);
    }

    @Test
    void anArrayIsSubmittedHeldAndNeverBeginsAgain() {
        Command command = submit(TEMPLATE, ArrayRules.NONE, OptionalInt.empty());

        assertThat(command.words())
                .containsExactly(
                        "sbatch",
                        "--partition=long",
                        "--parsable",
                        "--hold",
                        "--no-requeue",
                        "--export=ALL",
                        "--array=0-3",
                        "--job-name=" + CREATION.name(),
                        "--comment=1/4/10",
                        "--chdir=/shared/runs/" + CREATION.name(),
                        "--output=/shared/runs/" + CREATION.name() + "/log/1.%a");
        assertThat(command.environment())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("EJ_FOLDER", "/shared/runs/" + CREATION.name(), "EJ_FIRST_INDEX", "4"));
    }

    @Test
    void rulesBecomeOptions() {
        ArrayRules rules = new ArrayRules(4, Duration.ofSeconds(61), 0, ArrayResources.parse("cpu=1500m,memory=1Gi"));
        SlurmTemplate template = new SlurmTemplate(List.of("x"), Path.of("/data"), Map.of(), List.of());

        assertThat(submit(template, rules, OptionalInt.of(17)).words())
                .contains(
                        "--array=0-3%1",
                        "--chdir=/data", "--time=2", "--cpus-per-task=2", "--mem=1024M", "--dependency=afterany:17");
    }

    @ParameterizedTest
    @CsvSource({"PT1S, 1", "PT1M, 1", "PT1M0.001S, 2", "PT59M59S, 60", "PT24H, 1440"})
    void aTimeoutIsRoundedUpToMinutes(Duration timeout, int minutes) {
        ArrayRules rules = new ArrayRules(0, timeout, 0, ArrayResources.OF_TEMPLATE);

        assertThat(submit(TEMPLATE, rules, OptionalInt.empty()).words()).contains("--time=" + minutes);
    }

    @Test
    void everyTaskRunsTheSameText() {
        assertThat(submit(TEMPLATE, ArrayRules.NONE, OptionalInt.empty()).input())
                .isEqualTo(Commands.SCRIPT)
                .startsWith("#!/bin/bash\n")
                .doesNotContain("#SBATCH", "eval", "/opt/resize");
    }

    @Test
    void aReleaseAndACancellationAreByNameAlone() {
        assertThat(commands.release(CREATION).words())
                .containsExactly("scontrol", "release", "jobname=" + CREATION.name());
        assertThat(commands.cancel(CREATION).words())
                .containsExactly("scancel", "--quiet", "--name=" + CREATION.name());
    }

    @Test
    void singleTasksAreCancelledByNumberAndName() {
        Map<Chunk, Long> jobs = new LinkedHashMap<>();
        Chunk.of(10, 4).forEach(chunk -> jobs.put(chunk, 20L + chunk.number()));

        assertThat(commands.cancel(CREATION, Indexes.parse("1,2,3,9"), jobs).words())
                .containsExactly("scancel", "--quiet", "--name=" + CREATION.name(), "20_[1-3]", "22_[1]");
    }

    @Test
    void programsCanBeElsewhere() {
        Commands elsewhere = new Commands(Path.of("/opt/slurm/bin"));

        assertThat(List.of(elsewhere.queue(), elsewhere.configuration(), elsewhere.cancel(CREATION)))
                .allMatch(command -> command.words().get(0).startsWith("/opt/slurm/bin/"))
                .extracting(Command::program)
                .containsExactly("squeue", "scontrol", "scancel");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'17\n' | 17",
                "'17;cluster\n' | 17",
                "'sbatch: a word of a plugin\n17\n' | 17",
                "'' | ",
                "'Submitted batch job 17' | ",
                "'99999999999' | ",
                "'-1' | "
            })
    void theNumberOfAJobIsReadOrIsNotThere(String answer, Integer job) {
        assertThat(Commands.submitted(answer)).isEqualTo(job == null ? OptionalInt.empty() : OptionalInt.of(job));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'MailProg = /bin/mail\nMaxArraySize            = 1001\nMaxJobCount = 10000\n' | 1001",
                "'MaxArraySize            = 0\n' | 0",
                "'MaxArraySize            = 4000001\n' | 999999",
                "'XMaxArraySize = 7\n' | ",
                "'MaxArraySize = (null)\n' | ",
                "'' | "
            })
    void theLargestArrayIsReadOrIsNotThere(String answer, Integer size) {
        assertThat(Commands.largestArray(answer)).isEqualTo(size == null ? OptionalInt.empty() : OptionalInt.of(size));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sbatch: error: Batch job submission failed: Invalid job array specification | true",
                "sbatch: error: Batch job submission failed: Invalid partition name specified | true",
                "sbatch: error: Batch job submission failed: Requested node configuration is not available | true",
                "sbatch: unrecognized option '--nosuch' | true",
                "sbatch: error: Batch job submission failed: Access/permission denied | true",
                "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure) | false",
                "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation | false",
                "sbatch: error: Batch job submission failed: Protocol authentication error | false",
                "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying | false",
                "sbatch: fatal: Could not establish a configuration source | false",
                "'' | false"
            })
    void aRefusalIsToldFromAnAnswerThatSaysNothing(String errors, boolean isRefusal) {
        assertThat(Refusals.ofSubmission(new Answer(1, "", errors)))
                .matches(e -> e instanceof ClusterException.Refused == isRefusal)
                .hasMessageContaining(errors.isEmpty() ? "exit code 1" : errors);
    }
}
