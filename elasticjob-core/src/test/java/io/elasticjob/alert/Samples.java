package io.elasticjob.alert;

import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.alert.Alert.Origin;
import io.elasticjob.alert.Alert.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;

/** Values that several tests need. */
final class Samples {

    static final Origin ORIGIN = new Origin("retail", "shop", "till-7.x");

    private Samples() {}

    static AlertSettings settings() {
        return settings(Map.of());
    }

    static AlertSettings settings(Map<String, AlertSettings.OfJob> jobs) {
        return new AlertSettings(
                EnumSet.allOf(AlertCondition.class),
                new AlertSettings.Thresholds(3, Duration.ofMinutes(10), Duration.ofMinutes(1)),
                true,
                new AlertSettings.Rate(Duration.ofMinutes(10), 10),
                jobs);
    }

    static ExecutionId execution(String job, int shard, int firing) {
        return new ExecutionId(job, new Firing.Scheduled(ManualTime.NOON.plusSeconds(firing)), shard, 1);
    }

    static ExecutionStarted started(ExecutionId execution) {
        return new ExecutionStarted(execution, ManualTime.NOON, Duration.ZERO, "till-7.x", 42L);
    }

    static ExecutionEnded succeeded(ExecutionId execution) {
        return ended(execution, new Outcome.Succeeded());
    }

    static ExecutionEnded failed(ExecutionId execution) {
        return ended(execution, new Outcome.Failed("java.io.IOException: disk full"));
    }

    static ExecutionEnded ended(ExecutionId execution, Outcome outcome) {
        return new ExecutionEnded(started(execution), outcome, Duration.ofSeconds(2));
    }

    static Alert alert(AlertCondition condition, String job, Instant at) {
        return new Alert(
                condition,
                Alert.State.RAISED,
                Subject.of(execution(job, 0, 0)),
                new Alert.Message("failed 3 times in a row", "java.io.IOException: disk full"),
                new Alert.Period(ManualTime.NOON, at),
                ORIGIN,
                0);
    }

    static Alert alert(String job) {
        return alert(AlertCondition.FAILURES_IN_A_ROW, job, ManualTime.NOON);
    }

    static Alert recovery(Alert of) {
        return new Alert(
                of.condition(),
                Alert.State.RECOVERED,
                of.subject(),
                new Alert.Message("succeeds again", ""),
                new Alert.Period(of.period().since(), of.period().at()),
                of.origin(),
                0);
    }
}
