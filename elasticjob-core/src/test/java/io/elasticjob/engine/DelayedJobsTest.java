package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Jobs that fire so long after each end, and those whose shards start later than their fire time. */
class DelayedJobsTest {

    private static final Operator ANN = new Operator("ann", "try");

    private final World world = new World();

    private List<Duration> startsOf(String job, Instant from) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job) && entry.id.shard() == 0)
                .map(entry -> Duration.between(from, entry.started))
                .toList();
    }

    @Test
    void aJobFiresSoLongAfterEachEndAlsoOnAnotherInstance() {
        JobDefinition job = JobDefinition.named("tidy")
                .fixedDelay(Duration.ofSeconds(5))
                .set(JobKey.INITIAL_DELAY, "20s")
                .build();
        Process a = world.start("a", job);
        a.duration = Duration.ofSeconds(3);
        world.seconds(50);

        assertThat(world.runs("tidy")).isEqualTo(4);
        List<Duration> starts = startsOf("tidy", Instant.EPOCH);
        for (int i = 1; i < starts.size(); i++) {
            assertThat(starts.get(i).minus(starts.get(i - 1)))
                    .isBetween(Duration.ofSeconds(8), Duration.ofMillis(8_200));
        }
        Process b = world.start("b", job);
        a.leave();
        world.seconds(20);
        assertThat(world.owner("tidy", 0)).startsWith("b.");
        assertThat(world.runs("tidy")).isGreaterThanOrEqualTo(6);
    }

    @Test
    void anOperatorMakesOneAndGivesItAnotherSchedule() {
        Process a = world.start("a", JobDefinition.named("by-hand").build());
        world.now(a.engine
                .operations()
                .create(
                        "made",
                        Map.of(JobKey.FIXED_DELAY, "10s", JobKey.INITIAL_DELAY, "2s", JobKey.HANDLER, "by-hand"),
                        ANN));
        world.seconds(30);
        long before = world.runs("made");
        assertThat(before).isEqualTo(3);

        world.now(a.engine.operations().configure("made", Map.of(JobKey.EVERY, "1s"), ANN));
        world.seconds(5);
        assertThat(world.runs("made")).isGreaterThanOrEqualTo(before + 4);
    }

    /** Its shards stay where they are; no clock tells of a firing that came due meanwhile. */
    @Test
    void aDrainThatIsTakenBackAtOnceStopsNothing() {
        JobDefinition job =
                JobDefinition.named("tidy").fixedDelay(Duration.ofSeconds(2)).build();
        Process a = world.start("a", job);
        for (int moment = 0; moment < 2_400; moment += 40) {
            world.seconds(3);
            long before = world.runs("tidy");
            world.time.pass(Duration.ofMillis(moment));
            world.now(a.engine.operations().drain("a", ANN));
            world.time.pass(Duration.ofMillis(60));
            world.now(a.engine.operations().resume("a", ANN));
            world.seconds(7);

            assertThat(world.runs("tidy") - before).as("%s ms later", moment).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void aRunByHandDoesNotPutTheNextFiringOff() {
        JobDefinition job =
                JobDefinition.named("tidy").fixedDelay(Duration.ofSeconds(30)).build();
        Process a = world.start("a", job);
        world.seconds(20);
        assertThat(world.runs("tidy")).isEqualTo(1);
        Instant next = world.record("tidy", 0).through().plusSeconds(30);
        world.now(world.now(a.engine.operations().trigger(TriggerRequest.of("tidy")))
                .completion());
        world.seconds(20);

        assertThat(world.ran("tidy", next)).isEqualTo("a:0");
    }

    /** The clock alone names no firing that could be missed: the leader has to look at the records. */
    @Test
    void whatAnInstanceThatHangsDoesNotBeginIsOverdue() {
        JobDefinition delayed = JobDefinition.named("tidy")
                .fixedDelay(Duration.ofSeconds(5))
                .shards(2)
                .build();
        JobDefinition spread = JobDefinition.named("spread")
                .every(Duration.ofSeconds(30))
                .shards(2)
                .set(JobKey.JITTER, "10s")
                .build();
        Process a = world.start("a", delayed, spread);
        Process b = world.start("b", delayed, spread);
        world.time.pass(Duration.ofMinutes(2));
        assertThat(a.events(ElasticJobEvent.FiringOverdue.class)).isEmpty();
        Instant ended = world.record("tidy", 1).through();
        b.watch.freeze(); // its registry client goes on
        world.time.pass(Duration.ofMinutes(2));

        assertThat(a.events(ElasticJobEvent.FiringOverdue.class))
                .extracting(overdue -> overdue.job() + "/" + overdue.shard())
                .containsExactlyInAnyOrder("tidy/1", "spread/1");
        assertThat(a.events(ElasticJobEvent.FiringOverdue.class))
                .filteredOn(overdue -> overdue.job().equals("tidy"))
                .extracting(ElasticJobEvent.FiringOverdue::fireTime)
                .containsExactly(ended.plusSeconds(5));
    }

    /** So short that nobody else is assigned meanwhile, and that nothing rings when it is over. */
    @Test
    void whatCameDueInAShortDrainRunsAfterIt() {
        JobDefinition job =
                JobDefinition.named("short").fixedDelay(Duration.ofMillis(15)).build();
        Process a = world.start("a", job);
        a.engine.operations().drain("a", Operator.UNKNOWN);
        world.time.pass(Duration.ofMillis(30));
        a.engine.operations().resume("a", Operator.UNKNOWN);
        world.time.pass(Duration.ofMillis(5));
        long before = world.runs("short");
        world.seconds(5);

        assertThat(world.runs("short")).isGreaterThan(before + 50);
    }

    @Test
    void shardsWithJitterStartLaterUnderTheFireTimeThatAllHave() {
        JobDefinition job = JobDefinition.named("spread")
                .every(Duration.ofMinutes(1))
                .shards(10)
                .set(JobKey.JITTER, "20s")
                .build();
        Process a = world.start("a", job);
        world.time.pass(Duration.ofMinutes(2));

        Instant fireTime = world.record("spread", 0).fireTime().orElseThrow();
        assertThat(world.ran("spread", fireTime).split(" ")).hasSize(10);
        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.fireTime.equals(fireTime))
                        .map(entry -> Duration.between(fireTime, entry.started).toSeconds())
                        .distinct())
                .hasSizeGreaterThan(4)
                .allMatch(late -> late <= 20);
        assertThat(a.events(ElasticJobEvent.FiringMisfired.class)).isEmpty();
    }
}
