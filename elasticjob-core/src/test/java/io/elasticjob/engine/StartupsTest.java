package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Setting;
import io.elasticjob.engine.World.Process;
import org.junit.jupiter.api.Test;

/** Jobs that also run once when another version of their application starts. */
class StartupsTest {

    private static final JobDefinition MIGRATE = JobDefinition.named("migrate")
            .set(JobKey.ON_STARTUP, "true")
            .shards(2)
            .build();

    private final World world = new World();

    private Process start(String name, String version, JobDefinition... jobs) {
        Process process = world.startWith(name, builder -> builder.version(version), jobs);
        world.seconds(2);
        return process;
    }

    @Test
    void eachVersionRunsEachShardOnceHoweverManyInstancesStart() {
        Process a = start("a", "1.0", MIGRATE);
        assertThat(world.runs("migrate")).isEqualTo(2);
        assertThat(world.ledger.entries()).allMatch(run -> run.context.trigger().isPresent());
        start("b", "1.0", MIGRATE);
        start("c", "1.0", MIGRATE);
        assertThat(world.runs("migrate")).as("the same version").isEqualTo(2);

        start("d", "1.1", MIGRATE);
        start("e", "1.1", MIGRATE);
        assertThat(world.runs("migrate")).as("another one").isEqualTo(4);
        assertThat(world.now(a.engine.job("migrate")).orElseThrow()).isNotNull();

        start("f", "1.0", MIGRATE);
        assertThat(world.runs("migrate")).as("a rollback").isEqualTo(6);
        assertThat(world.ensemble.children("/test/jobs/migrate"))
                .as("all are done")
                .isEmpty();
    }

    /** That its word counts again, because the younger one has gone, starts nothing. */
    @Test
    void anOlderVersionThatLivesOnIsNotStartedAgain() {
        start("a", "1.0", MIGRATE);
        Process b = start("b", "1.1", MIGRATE);
        assertThat(world.runs("migrate")).isEqualTo(4);
        b.leave();
        world.seconds(15);

        assertThat(world.runs("migrate")).isEqualTo(4);
    }

    @Test
    void aNamespaceThatIsLaidAgainStartsNothing() {
        start("a", "1.0", MIGRATE);
        assertThat(world.runs("migrate")).isEqualTo(2);
        world.ensemble.deleteTree("/test");
        world.seconds(15);

        assertThat(world.ensemble.children("/test/jobs")).containsExactly("migrate");
        assertThat(world.runs("migrate")).isEqualTo(2);
    }

    @Test
    void whatIsDisabledIsNotRunAndNotMadeUpFor() {
        Process a = start("a", "1.0", MIGRATE);
        world.now(a.engine.operations().disable("migrate", new JobPart.Shard(1), new Operator("ann", "try")));
        start("b", "1.1", MIGRATE);
        assertThat(world.runs("migrate")).as("the other shard alone").isEqualTo(3);

        world.now(a.engine.operations().disable("migrate", JobPart.WHOLE_JOB, new Operator("ann", "try")));
        start("c", "1.2", MIGRATE);
        world.now(a.engine.operations().enable("migrate", JobPart.WHOLE_JOB, new Operator("ann", "try")));
        world.seconds(5);
        assertThat(world.runs("migrate")).isEqualTo(3);
    }

    @Test
    void whereNoVersionIsKnownWhatIsDeclaredStandsForIt() {
        start("a", "", MIGRATE);
        start("b", "", MIGRATE);
        assertThat(world.runs("migrate")).isEqualTo(2);

        start("c", "", MIGRATE.with(java.util.Map.of(JobKey.DESCRIPTION, new Setting("another", Setting.Source.CODE))));
        assertThat(world.runs("migrate")).isEqualTo(4);
    }

    /** The instance that starts dies once its declaration is on its way. */
    @Test
    void theRunIsNotLostWithTheOneThatDeclaredIt() {
        start("a", "1.0", MIGRATE);
        Process b = world.launch("b", java.time.Duration.ZERO, builder -> builder.version("1.1"), MIGRATE);
        world.time.until(() -> !world.ensemble.children("/test/jobs/migrate").isEmpty());
        b.kill();
        world.seconds(20);

        assertThat(world.ledger.entries().stream()
                        .filter(run -> run.context.trigger().equals(java.util.OptionalLong.of(1))))
                .hasSizeGreaterThanOrEqualTo(2);
        assertThat(world.ensemble.children("/test/jobs/migrate")).isEmpty();
    }

    @Test
    void aJobThatDoesNotAskForItIsStoredWithoutAWordOfIt() {
        start("a", "1.0", JobDefinition.named("plain").build());
        assertThat(world.runs("plain")).isZero();
        assertThat(new String(
                        ((io.elasticjob.registry.Read.Present) world.ensemble.node("/test/jobs/plain")).data(),
                        java.nio.charset.StandardCharsets.UTF_8))
                .doesNotContain("onStartup");
    }
}
