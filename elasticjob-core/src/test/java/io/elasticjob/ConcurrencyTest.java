package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConcurrencyTest {

    @Test
    void aJobIsNotLimitedUnlessItSaysSo() {
        Concurrency none = JobDefinition.named("orders").build().concurrency();
        Concurrency both = JobDefinition.named("orders")
                .set(JobKey.MAX_CONCURRENT_SHARDS, "2")
                .set(JobKey.LIMITS, " db , api ")
                .set(JobKey.PRIORITY, "9")
                .build()
                .concurrency();

        assertThat(none.isLimited()).isFalse();
        assertThat(none.priority()).isEqualTo(5);
        assertThat(none.maxConcurrentShards()).isNull();
        assertThat(both.isLimited()).isTrue();
        assertThat(both.maxConcurrentShards()).isEqualTo(2);
        assertThat(both.limits()).containsExactly("api", "db");
        assertThat(both.priority()).isEqualTo(9);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "maxConcurrentShards | 0     | must be a whole number from 1 to 10000",
                "maxConcurrentShards | -1    | must be a whole number from 1 to 10000",
                "maxConcurrentShards | 10001 | must be a whole number from 1 to 10000",
                "maxConcurrentShards | many  | must be a whole number from 1 to 10000",
                "priority            | 0     | must be a whole number from 1 to 10",
                "priority            | 11    | must be a whole number from 1 to 10",
                "limits              | db,,api | has an empty name",
                "limits              | db,db | names the limit db twice",
                "limits              | a/b   | must not contain",
                "limits              | a,b,c,d,e,f,g,h,i | names 9 limits: at most 8"
            })
    void whatCannotBeUsedIsRefusedWithItsRule(String key, String value, String rule) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("orders")
                        .set(JobKey.of(key).orElseThrow(), value)
                        .build())
                .withMessageContaining("orders." + key)
                .withMessageContaining(rule);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 10_001})
    void aLimitLetsAtLeastOneShardRunAndNotEndlesslyMany(int most) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> Concurrency.check("elasticjob.limits.db", "db", most))
                .withMessageContaining("elasticjob.limits.db: \"" + most + "\" must be from 1 to 10000");
    }

    @Test
    void aLimitHasANameThatJobsCanWrite() {
        assertThatCode(() -> Concurrency.check("elasticjob.limits.db", "db", 1)).doesNotThrowAnyException();
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> Concurrency.check("elasticjob.limits.a,b", "a,b", 1))
                .withMessageContaining("comma");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> Concurrency.check("elasticjob.limits.a@b", "a@b", 1));
    }
}
