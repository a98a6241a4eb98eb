package io.elasticjob.quartz;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.quartz.Following.Step;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.testing.PoisonZones;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quartz.TriggerKey;

class FollowingTest {

    private static final Schedule EVERY_SECOND = Schedule.every(Duration.ofSeconds(1));

    @ParameterizedTest
    @CsvSource({
        // waited for, now, told, waited for next
        "10, 10.000, 10, 11", // on time
        "10,  9.998, 10, 11", // as early as Quartz may be
        "10, 10.999, 10, 11", // late, but nothing else has come
        "10, 11.000, 11, 12", // the next one has come as well
        "10, 70.500, 70, 71", // a pause: the latest for all
        "10,  3.000, 10, 11", // the clock was set back
    })
    void tellsWhatWasWaitedForUnlessALaterOneHasCome(String due, String now, String fired, String next) {
        assertThat(Step.of(EVERY_SECOND, at(due), at(now))).isEqualTo(new Step(at(due), at(fired), at(next)));
    }

    @Test
    void hasNothingToWaitForAfterTheLastFireTime() {
        Schedule twice = Schedule.cron("10,20 0 0 1 1 ? 1970", ZoneOffset.UTC);
        assertThat(Step.of(twice, at("10"), at("10"))).isEqualTo(new Step(at("10"), at("10"), at("20")));
        assertThat(Step.of(twice, at("20"), at("20"))).isEqualTo(new Step(at("20"), at("20"), null));
        assertThat(Step.of(twice, at("10"), at("99"))).isEqualTo(new Step(at("10"), at("20"), null));
    }

    @Test
    void answersAllCopiesOfATriggerAlikeWhileTheClockGoesOn() {
        Queue<Instant> clock = new ArrayDeque<>(List.of(at("10.999"), at("11.001")));
        Following following = new Following(EVERY_SECOND, new TriggerKey("1"), clock::remove);
        assertThat(following.step(at("10"))).isEqualTo(following.step(at("10")));
        assertThat(following.step(at("11"))).isEqualTo(new Step(at("11"), at("11"), at("12")));
    }

    @Test
    void waitsForNothingMoreOfAScheduleThatFails() {
        PoisonZones.add();
        Schedule leap = Schedule.cron("* * * * * ?", ZoneId.of(PoisonZones.LEAP));
        Instant due = PoisonZones.END.plusSeconds(100);
        Following following = new Following(leap, new TriggerKey("1"), () -> due);

        assertThat(following.step(due)).isEqualTo(new Step(due, due, null));
    }

    private static Instant at(String seconds) {
        return Instant.EPOCH.plus(Duration.parse("PT" + seconds + "S"));
    }
}
