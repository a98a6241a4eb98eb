package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Indexes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrayNewsTest {

    @ParameterizedTest
    @CsvSource({
        "100,  0,0,  9,0, false",
        "100,  0,0, 10,0, true",
        "100, 10,0, 19,0, false",
        "100, 10,0, 15,5, true", // another tenth
        "100, 10,0, 10,1, true", // the first that failed
        "100, 10,1, 10,2, false",
        "100, 99,0,100,0, true",
        "3,    0,0,  1,0, true",
        "3,    1,0,  1,0, false",
        "1,    0,0,  1,0, true",
    })
    void anotherTenthAndTheFirstFailureAreNews(
            int size, int succeeded, int failed, int nowSucceeded, int nowFailed, boolean isNews) {
        assertThat(ArrayNews.isNews(place(size, succeeded, failed), place(size, nowSucceeded, nowFailed)))
                .isEqualTo(isNews);
    }

    @Test
    void ofTenThousandTasksThatEndOneByOneADozenAreNews() {
        ArrayPlace told = ArrayPlace.none(10_000);
        int news = 0;
        for (int ended = 1; ended <= 10_000; ended++) {
            ArrayPlace now = place(10_000, ended - ended / 2, ended / 2);
            if (ArrayNews.isNews(told, now)) {
                told = now;
                news++;
            }
        }
        assertThat(news).isEqualTo(11);
    }

    private static ArrayPlace place(int size, int succeeded, int failed) {
        Indexes good = Indexes.upTo(succeeded);
        return new ArrayPlace(
                "batch",
                size,
                "1",
                Indexes.NONE,
                good,
                Indexes.upTo(succeeded + failed).without(good));
    }
}
