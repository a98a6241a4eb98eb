package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.spi.ClusterException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalProgramsTest {

    private static Command shell(String text) {
        return new Command(List.of("sh", "-c", text), Map.of(), "");
    }

    @Test
    void whatAProgramSaysIsItsAnswer() {
        Answer answer =
                new LocalPrograms(Map.of(), Duration.ofSeconds(20)).run(shell("echo said; echo wrong >&2; exit 3"));

        assertThat(answer).isEqualTo(new Answer(3, "said\n", "wrong\n"));
    }

    /**
     * A daemon that a program starts inherits its output: the end of the program is not the end of what is read. The JDK closes its
     * side of a pipe when the program ends, unless it is being read at that moment: then nobody knows what would have followed.
     */
    @Test
    void aProgramWhoseChildHoldsItsOutputOpenIsNotWaitedForWithoutEnd() {
        LocalPrograms programs = new LocalPrograms(Map.of(), Duration.ofSeconds(1));

        Answer answer = null;
        ClusterException failure = null;
        try {
            answer = programs.run(shell("sleep 20 & echo said"));
        } catch (ClusterException open) {
            failure = open;
        }

        if (failure == null) {
            assertThat(answer).isEqualTo(new Answer(0, "said\n", ""));
        } else {
            assertThat(failure).hasMessageContaining("holds its output open");
        }
    }
}
