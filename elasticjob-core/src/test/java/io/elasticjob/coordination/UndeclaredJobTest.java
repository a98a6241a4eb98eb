package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UndeclaredJobTest {

    private static final Instant MONDAY = Instant.parse("2026-03-02T00:00:00Z");
    private static final Duration WEEK = Duration.ofDays(7);
    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(5)).build();
    private static final StoredJob DECLARED = StoredJob.declared(ORDERS, "shop", MONDAY.minus(WEEK));

    @Test
    void whatIsUndeclaredIsMarkedFirstOfAll() {
        assertThat(decide(DECLARED, WEEK, MONDAY)).isEqualTo(new UndeclaredJob.Mark(DECLARED.undeclared(MONDAY), true));
        assertThat(decide(DECLARED, null, MONDAY)).isEqualTo(new UndeclaredJob.Mark(DECLARED.undeclared(MONDAY), true));
    }

    @Test
    void itIsForgottenWhenItWasWatchedForTheWholeTime() {
        StoredJob job = DECLARED.undeclared(MONDAY);
        Instant now = MONDAY;
        while (now.isBefore(MONDAY.plus(WEEK))) {
            UndeclaredJob decision = decide(job, WEEK, now);
            if (decision instanceof UndeclaredJob.Mark mark) {
                assertThat(mark.first()).isFalse();
                job = mark.job();
            } else {
                assertThat(decision).isEqualTo(new UndeclaredJob.Keep());
            }
            now = now.plusSeconds(600);
        }
        assertThat(decide(job, WEEK, MONDAY.plus(WEEK))).isEqualTo(new UndeclaredJob.Forget(MONDAY));
    }

    @Test
    void timeThatNobodyWatchedDoesNotCount() {
        StoredJob job = DECLARED.undeclared(new StoredJob.Undeclared(MONDAY, Duration.ofDays(6), MONDAY));
        Instant muchLater = MONDAY.plus(Duration.ofDays(30));

        UndeclaredJob decision = decide(job, WEEK, muchLater);
        assertThat(decision)
                .isEqualTo(new UndeclaredJob.Mark(
                        DECLARED.undeclared(new StoredJob.Undeclared(MONDAY, Duration.ofDays(6), muchLater)), false));
        assertThat(decide(job, WEEK, MONDAY.minus(Duration.ofDays(1))))
                .as("a clock that was set back")
                .isInstanceOfSatisfying(
                        UndeclaredJob.Mark.class,
                        mark -> assertThat(mark.job().marks().undeclared().counted())
                                .isEqualTo(Duration.ofDays(6)));
    }

    @Test
    void itIsWrittenNoMoreOftenThanThatALostLeaderCostsLittle() {
        StoredJob job = DECLARED.undeclared(MONDAY);

        assertThat(decide(job, WEEK, MONDAY.plusSeconds(1799))).isEqualTo(new UndeclaredJob.Keep());
        assertThat(decide(job, WEEK, MONDAY.plusSeconds(1800))).isInstanceOf(UndeclaredJob.Mark.class);
        assertThat(decide(job, Duration.ofHours(1), MONDAY.plusSeconds(900))).isInstanceOf(UndeclaredJob.Mark.class);
    }

    @Test
    void whatAnOperatorMadeOrChangedIsNeverForgotten() {
        StoredJob changed = new StoredJob(
                "orders",
                new StoredJob.Settings(
                        "shop",
                        DECLARED.declared(),
                        Map.of(JobKey.ENABLED, new StoredJob.Override("false", "ann", MONDAY, "stock-taking"))),
                MONDAY,
                DECLARED.shardCount());
        StoredJob.Undeclared longAgo = new StoredJob.Undeclared(MONDAY, WEEK.plusDays(1), MONDAY);

        assertThat(decide(changed, WEEK, MONDAY))
                .as("it is marked, so that it is known since when")
                .isEqualTo(new UndeclaredJob.Mark(changed.undeclared(MONDAY), true));
        assertThat(decide(changed.undeclared(longAgo), WEEK, MONDAY)).isEqualTo(new UndeclaredJob.Keep());
        assertThat(decide(DECLARED.undeclared(longAgo), null, MONDAY)).isEqualTo(new UndeclaredJob.Keep());
    }

    @Test
    void whatIsRecordedAsRunningIsNotForgotten() {
        ShardRecord running = ShardRecord.NEW.claimed(new Firing.Scheduled(MONDAY), "gone", 1, 0, MONDAY);

        assertThat(UndeclaredJob.mayBeForgotten(List.of())).isTrue();
        assertThat(UndeclaredJob.mayBeForgotten(List.of(ShardRecord.NEW))).isTrue();
        assertThat(UndeclaredJob.mayBeForgotten(List.of(ShardRecord.NEW, running)))
                .isFalse();
    }

    private static UndeclaredJob decide(StoredJob stored, @Nullable Duration after, Instant now) {
        return UndeclaredJob.decide(stored, after, now);
    }
}
