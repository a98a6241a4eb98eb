package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerLimitTest {

    /** {@code +n} came with n bytes, {@code -n} did not come. */
    @ParameterizedTest
    @CsvSource({
        "''                  , 1000, false",
        "+10 +50             , 1000, false",
        "-400                ,  100, true",
        "+150 -400           ,  150, true",
        "+50 -400 +90        ,  100, true",
        "-400 +120           ,  120, true",
        "+500 -400           , 1000, false",
        "+400 -400           , 1000, false",
        "-400 +400           , 1000, false",
        "-400 -800           ,  100, true",
        "-800 -400           ,  100, true",
        "-9000               , 1000, true",
        "-3                  ,    0, true",
        "-400 +500 -600      ,  500, true"
    })
    void whatIsAskedForAtATimeFollowsFromWhatCame(String history, long most, boolean isKnown) {
        AnswerLimit limit = AnswerLimit.UNKNOWN;
        for (String one : history.isEmpty() ? new String[0] : history.split(" ")) {
            long bytes = Long.parseLong(one.substring(1));
            limit = one.startsWith("+") ? limit.came(bytes) : limit.lost(bytes);
        }
        assertThat(limit.most(1_000)).isEqualTo(most);
        assertThat(limit.isKnown()).isEqualTo(isKnown);
    }
}
