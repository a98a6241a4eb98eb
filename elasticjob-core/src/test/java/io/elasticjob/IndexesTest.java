package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IndexesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|''",
                "0|0",
                "0,1|0,1",
                "0-1|0,1",
                "0,1,2|0-2",
                "4,2,0,1|0-2,4",
                "7-9,3-5,6|3-9",
                "999999|999999",
                "3,3|3"
            })
    void areWrittenInOneWayOnly(String written, String text) {
        Indexes indexes = Indexes.parse(written);

        assertThat(indexes.text()).isEqualTo(text);
        assertThat(Indexes.parse(text)).isEqualTo(indexes).hasSameHashCodeAs(indexes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "-1", "1-", "2-1", "1,,2", " 1", "1000000", "0-1000000", "+1", "٣", ","})
    void takeNothingElse(String text) {
        assertThatThrownBy(() -> Indexes.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void areASet() {
        Indexes some = Indexes.of(0, 2, 5);

        assertThat(some.size()).isEqualTo(3);
        assertThat(some.contains(2)).isTrue();
        assertThat(some.contains(-1)).isFalse();
        assertThat(some.with(Indexes.of(List.of(1, 9))).text()).isEqualTo("0-2,5,9");
        assertThat(some.without(Indexes.of(2, 3)).text()).isEqualTo("0,5");
        assertThat(some.text()).as("unchanged").isEqualTo("0,2,5");
        assertThat(Indexes.upTo(0)).isEqualTo(Indexes.NONE);
        assertThat(Indexes.upTo(3).text()).isEqualTo("0-2");
        assertThat(Indexes.upTo(3).stream()).containsExactly(0, 1, 2);
        assertThatThrownBy(() -> Indexes.of(Indexes.MAX + 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takeUpToSixtyKibibytesWhenEachSecondOfTenThousandIsIn() {
        Indexes worst =
                Indexes.of(IntStream.range(0, 5_000).map(each -> 2 * each).toArray());

        assertThat(worst.text().length()).isLessThan(25_000);
    }
}
