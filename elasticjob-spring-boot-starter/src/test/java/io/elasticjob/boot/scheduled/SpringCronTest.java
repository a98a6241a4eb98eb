package io.elasticjob.boot.scheduled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.schedule.Schedule;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.scheduling.support.CronExpression;

class SpringCronTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 0 3 * * *       | 0 0 3 * * ?",
                "0 0 3 ? * ?       | 0 0 3 * * ?",
                "0 0 3 1 * *       | 0 0 3 1 * ?",
                "0 0 3 ? * 0       | 0 0 3 ? * SUN",
                "0 0 3 * * 7       | 0 0 3 ? * SUN",
                "0 0 3 * * 1-5     | 0 0 3 ? * MON,TUE,WED,THU,FRI",
                "0 0 3 * * 5-7     | 0 0 3 ? * FRI,SAT,SUN",
                "0 0 3 * * MON,3   | 0 0 3 ? * MON,WED",
                "0 0 3 * * fri-sun | 0 0 3 ? * FRI-SUN",
                "0 0 3 * * 5L      | 0 0 3 ? * 6L",
                "0 0 3 * * FRI#2   | 0 0 3 ? * 6#2",
                "0 0 3 * * 0#1     | 0 0 3 ? * 1#1",
                "@daily            | @daily"
            })
    void isWrittenForQuartz(String spring, String quartz) {
        assertThat(SpringCron.inQuartz(spring)).isEqualTo(quartz);
    }

    /** The two dialects are read by two libraries, which agree on a thousand firings. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0 0 3 * * *",
                "0/15 * * * * *",
                "10,40 5-10/2 8-18 * * MON-FRI",
                "0 0 3 * * 1-5",
                "0 0 3 * * 5-7",
                "0 0 3 * * 0",
                "0 0 3 * * 7",
                "0 0 3 * * SUN",
                "0 30 4 L * *",
                "0 30 4 15W * *",
                "0 30 4 1 JAN,6 *",
                "0 0 3 * * 5L",
                "0 0 3 * * 1#2",
                "0 0 3 * * TUE#3",
                "@hourly",
                "@daily",
                "@weekly",
                "@monthly",
                "@yearly"
            })
    void meansTheSameFireTimes(String spring) {
        Schedule schedule = JobDefinition.named("job")
                .cron(SpringCron.inQuartz(spring), ZoneOffset.UTC)
                .set(JobKey.HANDLER, "job")
                .build()
                .schedule();
        CronExpression springs = CronExpression.parse(spring);
        List<Instant> ours = new ArrayList<>();
        List<Instant> theirs = new ArrayList<>();
        Instant ourLast = Instant.parse("2026-01-01T00:00:00Z");
        ZonedDateTime theirLast = ourLast.atZone(ZoneOffset.UTC);
        for (int i = 0; i < 60; i++) {
            ourLast = schedule.next(ourLast).orElseThrow();
            theirLast = springs.next(theirLast);
            ours.add(ourLast);
            theirs.add(theirLast.toInstant());
        }

        assertThat(ours).isEqualTo(theirs);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 0 3 1 * MON   | both are met",
                "0 0 3 * * 1/2   | steps",
                "0 0 3 * * */2   | steps",
                "0 3 * * *       | has 5 fields"
            })
    void whatQuartzCannotSayIsRefused(String spring, String why) {
        assertThatThrownBy(() -> SpringCron.inQuartz(spring))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
