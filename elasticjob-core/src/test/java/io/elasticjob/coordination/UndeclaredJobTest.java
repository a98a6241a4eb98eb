package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UndeclaredJobTest {

    private static final Instant MONDAY = Instant.parse("2026-03-02T00:00:00Z");
    private static final Duration WEEK = Duration.ofDays(7);
    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(5)).build();
    private static final StoredJob DECLARED = StoredJob.declared(ORDERS, "shop", MONDAY.minus(WEEK));

    @Test
    void whatALiveInstanceDeclaresIsKept() {
        assertThat(decide(DECLARED, true, MONDAY)).isEqualTo(new UndeclaredJob.Keep());
        assertThat(decide(DECLARED.undeclared(MONDAY), true, MONDAY.plus(WEEK)))
                .as("its mark is taken away by whoever declares it")
                .isEqualTo(new UndeclaredJob.Keep());
    }

    @Test
    void whatNobodyDeclaresIsMarkedOnceAndForgottenWhenTheTimeIsOver() {
        StoredJob marked = DECLARED.undeclared(MONDAY);

        assertThat(decide(DECLARED, false, MONDAY)).isEqualTo(new UndeclaredJob.Mark(marked));
        assertThat(decide(marked, false, MONDAY.plus(WEEK).minusMillis(1))).isEqualTo(new UndeclaredJob.Keep());
        assertThat(decide(marked, false, MONDAY.plus(WEEK))).isEqualTo(new UndeclaredJob.Forget(MONDAY));
    }

    @Test
    void whatAnOperatorMadeOrChangedIsNeverForgotten() {
        StoredJob made = StoredJob.declared(ORDERS, "", MONDAY);
        StoredJob changed = new StoredJob(
                "orders",
                "shop",
                DECLARED.declared(),
                Map.of(JobKey.ENABLED, new StoredJob.Override("false", "ann", MONDAY, "stock-taking")),
                MONDAY,
                DECLARED.shardCount(),
                Map.of());

        assertThat(decide(made, false, MONDAY)).isEqualTo(new UndeclaredJob.Keep());
        assertThat(decide(changed, false, MONDAY)).isEqualTo(new UndeclaredJob.Keep());
        assertThat(decide(changed.undeclared(MONDAY), false, MONDAY.plus(WEEK))).isEqualTo(new UndeclaredJob.Keep());
    }

    private static UndeclaredJob decide(StoredJob stored, boolean declared, Instant now) {
        return UndeclaredJob.decide(stored, declared, WEEK, now);
    }
}
