package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.Indexes;
import io.elasticjob.spi.ClusterException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueueLineTest {

    private static final String NAME = "ej-orders-abcdefghijklm.nopqrstuvwxyz234";

    private static QueueLine one(String tasks, String word, String priority) {
        return QueueLine.all("17|" + tasks + "|" + word + "|" + priority + "|" + NAME + "|1/4/10")
                .get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0-3%2 | 0-3", "2 | 2", "0,2-3 | 0,2,3", "[0-3%1] | 0-3", "0-6:2,9 | 0,2,4,6,9", "0-1000 | 0-1000"
            })
    void tellsTheTasksOfAChunk(String written, String tasks) {
        assertThat(one(written, "PENDING", "0").tasks()).contains(Indexes.parse(tasks));
    }

    @Test
    void anArrayThatWasCancelledBeforeItBeganHasNoNumbers() {
        assertThat(one("N/A", "CANCELLED", "0").tasks()).isEmpty();
    }

    @Test
    void tellsTheRest() {
        QueueLine line = one("2", "PENDING", "0");

        assertThat(line.job()).isEqualTo(17);
        assertThat(line.name()).isEqualTo(NAME);
        assertThat(line.chunk()).isEqualTo(new Chunk(1, 4, 10));
        assertThat(line.isHeld()).isTrue();
        assertThat(one("2", "PENDING", "4294901758").isHeld()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "PENDING, WAITING",
        "REQUEUE_HOLD, WAITING",
        "RUNNING, ACTIVE",
        "COMPLETING, ACTIVE",
        "SUSPENDED, ACTIVE",
        "CONFIGURING, ACTIVE",
        "A_WORD_OF_A_LATER_VERSION, ACTIVE",
        "COMPLETED, SUCCEEDED",
        "CANCELLED, CANCELLED",
        "FAILED, FAILED",
        "TIMEOUT, FAILED",
        "NODE_FAIL, FAILED",
        "OUT_OF_MEMORY, FAILED",
        "PREEMPTED, FAILED"
    })
    void aWordThatIsNotKnownIsATaskThatMayRun(String word, TaskState state) {
        assertThat(one("2", word, "1").state()).isEqualTo(state);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "slurm_load_jobs error: something",
                "17|0|RUNNING|1|backup|(null)",
                "17|N/A|RUNNING|1|ej-orders|(null)",
                "17|N/A|RUNNING|1|a|b|c|d|e",
                "17|0|RUNNING|1|Ej-Orders-abc.def|0/1/1",
                "|||||"
            })
    void linesOfOtherJobsAreNotRead(String line) {
        assertThat(QueueLine.all(line + "\n17|0|RUNNING|1|" + NAME + "|0/4/10\r\n\n"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "17|0|RUNNING|1|" + NAME + "|(null)",
                "17|0|RUNNING|1|" + NAME + "|0/4",
                "17|0|RUNNING|1|" + NAME + "|9/4/10",
                "17||RUNNING|1|" + NAME + "|0/4/10",
                "17|0-99...|RUNNING|1|" + NAME + "|0/4/10",
                "17|0,...|RUNNING|1|" + NAME + "|0/4/10",
                "17|3-1|RUNNING|1|" + NAME + "|0/4/10",
                "17|0-8:0|RUNNING|1|" + NAME + "|0/4/10",
                "17|x|RUNNING|1|" + NAME + "|0/4/10",
                "x|0|RUNNING|1|" + NAME + "|0/4/10",
                "99999999999999999999|0|RUNNING|1|" + NAME + "|0/4/10",
                "17|0|running|1|" + NAME + "|0/4/10",
                "17|0|RUNNING||" + NAME + "|0/4/10"
            })
    void oneOfOursThatCannotBeReadSaysNothingOfAnyOfThem(String line) {
        assertThatThrownBy(() -> QueueLine.all("17|1|RUNNING|1|" + NAME + "|0/4/10\n" + line))
                .isInstanceOf(ClusterException.class)
                .isNotInstanceOf(ClusterException.Gone.class)
                .hasMessageContaining(line);
    }

    @Test
    void everyNameThatIsGivenIsRead() {
        assertThat(List.of(NAME, "ej-job-2345672345672.aaaaaaaaaaaaaaaa"))
                .allMatch(Creation::isOne)
                .allMatch(name ->
                        QueueLine.all("1|0|RUNNING|1|" + name + "|0/1/1").size() == 1);
        assertThat(List.of("", "ej-a.b", "../" + NAME, NAME + "/..", NAME + ",x", "EJ" + NAME.substring(2)))
                .noneMatch(Creation::isOne);
    }
}
