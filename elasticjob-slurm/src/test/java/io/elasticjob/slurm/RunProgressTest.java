package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Runs have six tasks, and chunks of four. */
class RunProgressTest {

    private static final String NAME = "ej-orders-abcdefghijklm.nopqrstuvwxyz234";
    private static final Created CREATED =
            new Created(new RunId("ns", "orders", "l", new Firing.Triggered(1), 1), NAME);

    /** {@code 17/0 0-3 PENDING held}: number of the job, of its chunk, tasks, state. */
    private static List<QueueLine> lines(String written) {
        return QueueLine.all(Arrays.stream(written == null ? new String[0] : written.split(";"))
                .map(String::strip)
                .map(line -> line.replace("N/A", "none").split("[ /]"))
                .map(parts -> parts[0] + "|" + parts[2].replace("none", "N/A") + "|" + parts[3] + "|"
                        + (parts.length > 4 ? 0 : 7) + "|" + NAME + "|" + parts[1] + "/4/6")
                .collect(Collectors.joining("\n")));
    }

    private static Map<Integer, String> ended(String written) {
        Map<Integer, String> ended = new LinkedHashMap<>();
        for (String each : written == null ? new String[0] : written.split(" ")) {
            ended.put(Integer.valueOf(each.substring(0, each.indexOf('.'))), each.substring(each.indexOf('.') + 1));
        }
        return ended;
    }

    private static RunProgress progress(String lines, String marks, String ended) {
        String marked = marks == null ? "" : marks;
        return new RunProgress(
                6,
                lines(lines),
                new RunProgress.Notes(
                        marked.contains("released"),
                        marked.contains("cancelled"),
                        marked.contains("begun"),
                        ended(ended)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "run-progress.csv", delimiter = '|', numLinesToSkip = 1, nullValues = "-")
    void tellsHowFarARunHasCome(
            String what, String lines, String marks, String ended, boolean isThere, String waiting, String lost) {
        RunProgress progress = progress(lines, marks, ended);

        assertThat(progress.isThere()).as("there").isEqualTo(isThere);
        assertThat(text(progress.status(CREATED, true)))
                .as("while more may be told")
                .isEqualTo(waiting);
        assertThat(text(progress.status(CREATED, false)))
                .as("when no more will be told")
                .isEqualTo(lost == null ? waiting : lost);
    }

    private static String text(RunStatus status) {
        return status.phase() + " " + status.running() + " +" + status.succeeded() + " -" + status.failed();
    }

    @Test
    void whatSlurmSaysOfAKilledTaskIsKept() {
        RunProgress progress = progress("17/0 1 TIMEOUT;17/0 2 FAILED;17/0 3 RUNNING", "released", "2.3");

        assertThat(progress.toNote()).containsExactly(Map.entry(1, "TIMEOUT"));
        assertThat(progress.status(CREATED, true).message()).isEqualTo("Task 1 was ended by Slurm: TIMEOUT");
    }

    @Test
    void tasksOfARunThatWasCancelledAsAWholeAreNotNotedOneByOne() {
        assertThat(progress("17/0 0-3 CANCELLED;18/1 N/A CANCELLED", "released cancelled", null)
                        .toNote())
                .isEmpty();
    }

    @Test
    void theFirstFailureOrTheLossIsTold() {
        assertThat(progress("18/1 0 RUNNING", "released", "3.0 1.4 0.0")
                        .status(CREATED, true)
                        .message())
                .isEqualTo("Task 1 ended with exit code 4");
        assertThat(progress(null, "released", "3.0 1.0 0.0")
                        .status(CREATED, false)
                        .message())
                .isEqualTo("Neither Slurm nor a file tells how 3 tasks have ended, the first of them 2");
        assertThat(progress(null, "released", "3.0 1.0 0.0")
                        .status(CREATED, true)
                        .message())
                .isEmpty();
    }

    @Test
    void aReleaseThatStoppedHalfWayIsSeen() {
        assertThat(progress("17/0 0-3 PENDING;18/1 0-1 PENDING held", "released", null)
                        .isPartlyReleased())
                .isTrue();
        assertThat(progress("17/0 0-3 PENDING held;18/1 0-1 PENDING held", "released", null)
                        .isPartlyReleased())
                .isFalse();
        assertThat(progress("17/0 0-3 PENDING;18/1 0-1 PENDING held", "released cancelled", null)
                        .isPartlyReleased())
                .isFalse();
    }
}
