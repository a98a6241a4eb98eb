package io.elasticjob.boot.actuate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Firing;
import io.elasticjob.Indexes;
import io.elasticjob.kind.ArrayRuns;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus.Phase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrayMetersTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ArrayRuns runs = new ArrayRuns(List::of);

    ArrayMetersTest() {
        runs.onChange(new ArrayMeters(meters, runs));
    }

    @Test
    void theGaugesOfAJobAreThereWhileAnArrayOfItRuns() {
        RunId first = run("images", 0);
        RunId second = run("images", 1);
        runs.stands(standing(first, 100, Indexes.upTo(30), Indexes.parse("50-52"), 4));
        runs.stands(standing(second, 10, Indexes.upTo(10), Indexes.NONE, 0));
        runs.stands(standing(run("bills", 0), 1, Indexes.NONE, Indexes.NONE, 1));

        assertThat(value("SUCCEEDED")).isEqualTo(40);
        assertThat(value("FAILED")).isEqualTo(3);
        assertThat(value("RUNNING")).isEqualTo(4);
        assertThat(value("WAITING")).isEqualTo(63);
        runs.over(first);
        assertThat(value("WAITING")).isZero();
        assertThat(value("SUCCEEDED")).isEqualTo(10);
        runs.over(second);
        runs.over(second);
        assertThat(meters.getMeters())
                .hasSize(4)
                .allSatisfy(meter -> assertThat(meter.getId().getTag("job")).isEqualTo("bills"));
    }

    private double value(String state) {
        return meters.get(ArrayMeters.NAME)
                .tags("job", "images", "state", state)
                .gauge()
                .value();
    }

    private static RunId run(String job, long trigger) {
        return new RunId("test", job, "x1", new Firing.Triggered(trigger), 1);
    }

    private static ArrayRuns.Standing standing(RunId run, int size, Indexes succeeded, Indexes failed, int running) {
        ArrayPlace place = new ArrayPlace("batch", size, "1", Indexes.NONE, succeeded, failed);
        return new ArrayRuns.Standing(run, place, Phase.RELEASED, running, "");
    }
}
