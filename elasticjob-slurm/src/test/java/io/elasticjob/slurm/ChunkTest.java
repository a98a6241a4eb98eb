package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkTest {

    @ParameterizedTest
    @CsvSource({"1, 1001, 1, 1", "1001, 1001, 1, 1001", "1002, 1001, 2, 1", "5000, 1001, 5, 996", "10, 4, 3, 2"})
    void aRunHasAsManyChunksAsItNeeds(int tasks, int largest, int chunks, int last) {
        List<Chunk> all = Chunk.of(tasks, largest);

        assertThat(all).hasSize(chunks).allMatch(chunk -> chunk.chunks() == chunks);
        assertThat(all.get(chunks - 1).length()).isEqualTo(last);
        assertThat(all.stream()
                        .flatMapToInt(chunk -> IntStream.range(chunk.first(), chunk.first() + chunk.length()))
                        .toArray())
                .containsExactly(IntStream.range(0, tasks).toArray());
    }

    @Test
    void isReadAsItIsWritten() {
        assertThat(Chunk.of(10, 4))
                .allSatisfy(chunk -> assertThat(Chunk.parse(chunk.text())).isEqualTo(chunk));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "1/2", "1/2/3/4", "a/b/c", "3/4/10", "-1/4/10", "0/0/10", "0/99999999999/10", " 0/4/10"
            })
    void isNoOtherText(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Chunk.parse(text));
    }

    /** Each chunk that another one does not wait for runs beside all others. */
    @ParameterizedTest
    @CsvSource({"10, 4, 1", "10, 4, 2", "10, 4, 3", "10, 4, 4", "10, 4, 8", "10, 4, 9", "5000, 1001, 7", "5000, 1001, 3"
    })
    void allChunksTogetherKeepToTheParallelism(int tasks, int largest, int parallelism) {
        List<Chunk> chunks = Chunk.of(tasks, largest);
        int lanes = Math.min(parallelism, chunks.size());

        int together = IntStream.range(0, lanes)
                .map(lane -> IntStream.iterate(lane, number -> number < chunks.size(), number -> number + lanes)
                        .map(number -> chunks.get(number).atOnce(parallelism).getAsInt())
                        .max()
                        .getAsInt())
                .sum();

        assertThat(together).isEqualTo(parallelism);
        assertThat(chunks).allSatisfy(chunk -> {
            if (chunk.number() < lanes) {
                assertThat(chunk.after(parallelism)).isEmpty();
            } else {
                assertThat(chunk.after(parallelism)).contains(chunk.number() - lanes);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 11})
    void aParallelismThatIsNoneLimitsNothing(int parallelism) {
        assertThat(Chunk.of(10, 4)).allSatisfy(chunk -> {
            assertThat(chunk.atOnce(parallelism)).isEqualTo(OptionalInt.empty());
            assertThat(chunk.after(parallelism)).isEmpty();
        });
    }
}
