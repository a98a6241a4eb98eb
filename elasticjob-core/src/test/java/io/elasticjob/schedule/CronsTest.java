package io.elasticjob.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which cron schedules are one object. */
class CronsTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Test
    void equalExpressionsInOneZoneAreParsedOnce() {
        Schedule first = Schedule.cron("7 7 7 7 7 ?", BERLIN);

        assertThat(Schedule.cron("7 7 7 7 7 ?", BERLIN)).isSameAs(first);
        assertThat(Schedule.cron("7 7 7 7 7 ?", ZoneOffset.UTC)).isNotEqualTo(first);
        assertThat(Schedule.cron("7 7 7 7 8 ?", BERLIN)).isNotEqualTo(first);
    }

    @Test
    void whatIsRefusedIsRefusedEachTime() {
        for (int i = 0; i < 3; i++) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Schedule.cron("77 7 7 7 7 ?", BERLIN))
                    .withMessageContaining("second must be 0–59");
        }
    }

    @Test
    void howeverManyThereAreFewAreRemembered() {
        Instant epoch = Instant.EPOCH;
        IntStream.range(0, 3_600).forEach(i -> {
            Schedule cron = Schedule.cron(i % 60 + " " + i / 60 + " 3 * * ?", ZoneOffset.UTC);
            assertThat(cron.next(epoch)).contains(epoch.plusSeconds(3 * 3_600 + i / 60 * 60 + i % 60));
            assertThat(Crons.size()).isLessThanOrEqualTo(Crons.MOST);
        });
    }

    @Test
    void whatIsVeryLongIsNotRemembered() {
        String list = String.join(
                ",", IntStream.range(0, 60).mapToObj(String::valueOf).toList());
        String expression = list + " " + list + " * * * ?";

        assertThat(Schedule.cron(expression, BERLIN))
                .isEqualTo(Schedule.cron(expression, BERLIN))
                .isNotSameAs(Schedule.cron(expression, BERLIN));
    }
}
