package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.memory.Faults;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Session;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an instance asks the registry for, and holds, when there are very many jobs. */
class ManyJobsTest {

    private static final int JOBS = 3_000;

    /** As many as a transaction reads at most. */
    private static final int PORTION = 200;

    private final World world = new World();
    private int reads;
    private int underWay;
    private int mostUnderWay;

    private static JobDefinition[] jobs() {
        return IntStream.range(0, JOBS)
                .mapToObj(i -> JobDefinition.named("job-" + i)
                        .cron("0 0 0 1 1 ?", ZoneOffset.UTC)
                        .build())
                .toArray(JobDefinition[]::new);
    }

    @Test
    void jobsAreReadWithSeveralRequestsUnderWayAndNoMoreRequestsThanOneAfterTheOther() {
        world.start("a", jobs());
        world.seconds(2);
        world.startWith("b", rules -> rules.registry(new Counted()), jobs());
        world.seconds(5);

        assertThat(mostUnderWay).isEqualTo(4);
        assertThat(reads).isBetween(JOBS / PORTION, JOBS / PORTION + 2);
    }

    /** Counts portions of jobs. */
    private final class Counted extends PassingRegistry {

        private Counted() {
            super(world.ensemble.client(World.SESSION, new Faults() {
                @Override
                public Duration request() {
                    return Duration.ofMillis(3);
                }
            }));
        }

        @Override
        public CompletionStage<List<Read>> read(Session session, List<String> paths) {
            if (!paths.get(0).startsWith("/test/jobs/")) {
                return super.read(session, paths);
            }
            reads++;
            mostUnderWay = Math.max(mostUnderWay, ++underWay);
            return super.read(session, paths).whenComplete((answer, failed) -> underWay--);
        }
    }
}
