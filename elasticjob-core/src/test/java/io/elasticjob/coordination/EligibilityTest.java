package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EligibilityTest {

    private static final Set<String> BUILT_IN = Set.of("average");
    private static final Instance PLAIN = new Instance(
            "b",
            "b",
            "shop",
            Map.of("disk", "ssd"),
            new Instance.Process("host", 1, 1, Instant.EPOCH, ""),
            new Instance.Repertoire(Set.of("orders"), Set.of("orders"), Set.of("mine")),
            Instance.Availability.UP);

    @Test
    void eligibleInstancesComeInTheOrderOfTheirIds() {
        Instance other = new Instance(
                "a",
                "a",
                "shop",
                Map.of(),
                new Instance.Process("host", 1, 2, Instant.EPOCH, ""),
                new Instance.Repertoire(Set.of("orders"), Set.of(), Set.of()),
                Instance.Availability.UP);
        assertThat(Eligibility.eligible(job().build(), "shop", Switches.NONE, BUILT_IN, List.of(PLAIN, other)))
                .containsExactly("a", "b");
    }

    @Test
    void eachObstacleIsNamed() {
        assertThat(obstacle(job(), PLAIN)).isEmpty();
        assertThat(obstacle(job(), PLAIN.withState(Instance.State.DRAINING, null)))
                .contains("is draining");
        assertThat(obstacle(job().set(JobKey.HANDLER, "billing"), PLAIN))
                .contains("does not offer the handler billing");
        assertThat(obstacle(job().set(JobKey.SHARDING_STRATEGY, "theirs"), PLAIN))
                .contains("does not know the sharding strategy theirs");
        assertThat(obstacle(job().set(JobKey.SHARDING_STRATEGY, "mine"), PLAIN)).isEmpty();
        assertThat(obstacle(job().set(JobKey.ERROR_HANDLER, "pager"), PLAIN))
                .contains("does not know the error handler pager");
        assertThat(obstacle(job().set(JobKey.ERROR_HANDLER, "ignore"), PLAIN)).isEmpty();
        assertThat(obstacle(job().set(JobKey.LABELS, "disk=ssd"), PLAIN)).isEmpty();
        assertThat(obstacle(job().set(JobKey.LABELS, "disk=hdd"), PLAIN)).contains("lacks labels");
        assertThat(obstacle(job().set(JobKey.LABELS, "disk in (ssd,nvme),!spot"), PLAIN))
                .isEmpty();
        assertThat(obstacle(job().set(JobKey.LABELS, "disk=ssd,gpu,zone in (us,eu)"), PLAIN))
                .isEqualTo("lacks labels: has {disk=ssd}, the job asks for gpu,zone in (eu,us)");
        assertThat(Eligibility.obstacle(job().build(), "billing", Switches.NONE, BUILT_IN, PLAIN)
                        .orElseThrow())
                .contains("belongs to billing");
        assertThat(Eligibility.obstacle(job().build(), "", Switches.NONE, BUILT_IN, PLAIN))
                .isEmpty();
    }

    @Test
    void whatAnOperatorHasSwitchedOffIsNamedWithWhoWhenAndWhy() {
        Instance drained =
                PLAIN.withState(Instance.State.DRAINING, new Instance.Drain("ann", Instant.EPOCH, "disk is full"));
        assertThat(obstacle(job(), drained)).isEqualTo("was drained by ann at 1970-01-01T00:00:00Z: disk is full");

        Switches off = Switches.NONE.with(PLAIN.name(), new Switches.Switch(false, "bob", Instant.EPOCH, ""));
        assertThat(Eligibility.obstacle(job().build(), "shop", off, BUILT_IN, PLAIN))
                .contains("was switched off for this job by bob at 1970-01-01T00:00:00Z");
        Switches on = off.with(PLAIN.name(), new Switches.Switch(true, "bob", Instant.EPOCH, ""));
        assertThat(Eligibility.obstacle(job().build(), "shop", on, BUILT_IN, PLAIN))
                .isEmpty();
    }

    private static String obstacle(JobDefinition.Builder job, Instance instance) {
        return Eligibility.obstacle(job.build(), "shop", Switches.NONE, BUILT_IN, instance)
                .orElse("");
    }

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders");
    }
}
