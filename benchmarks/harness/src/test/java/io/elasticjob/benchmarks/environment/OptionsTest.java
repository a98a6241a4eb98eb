package io.elasticjob.benchmarks.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void areWordsAndValues() {
        Options options = new Options("lateness", "--quick", "--seconds=7", "-Dpoll=50", "soak");

        assertThat(options.words()).containsExactly("lateness", "soak");
        assertThat(options.quick()).isTrue();
        assertThat(options.seconds(60, 10)).isEqualTo(7);
        assertThat(options.handedOn()).containsEntry("poll", "50");
        assertThat(options.some("jobs", "200,1000", "50")).containsExactly("50");
    }

    @Test
    void nameTheValueThatIsNoNumber() {
        assertThatThrownBy(() -> new Options("--seconds=ten").seconds(60, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--seconds=ten is not a whole number");
    }

    @Test
    void refuseWhatIsNone() {
        assertThatThrownBy(() -> new Options("-quick"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-quick is not an option");
    }

    @Test
    void canBeGivenOnceMore() {
        Options options = new Options("lateness", "--results=x", "--rounds=3", "--quick", "-Da=b");

        assertThat(options.without(Set.of("results"))).isEqualTo("--rounds=3 --quick -Da=b");
    }

    @Test
    void canDifferInOneOfThem() {
        Options options = new Options("--session=10000", "-Da=b");

        assertThat(options.with("session", "4000").number("session", 0)).isEqualTo(4_000);
        assertThat(options.with("session", "4000").handedOn()).containsEntry("a", "b");
        assertThat(options.number("session", 0)).isEqualTo(10_000);
    }
}
