package io.elasticjob.testing.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NeedsConditionTest {

    @Test
    void whatIsThereIsUsed() {
        assertThat(NeedsCondition.decide("docker", true, null).isDisabled()).isFalse();
        assertThat(NeedsCondition.decide("docker", true, "docker").isDisabled()).isFalse();
    }

    @Test
    void whatIsMissingSkipsTheTest() {
        assertThat(NeedsCondition.decide("docker", false, null).isDisabled()).isTrue();
        assertThat(NeedsCondition.decide("docker", false, "databases").isDisabled())
                .isTrue();
    }

    @Test
    void whatIsMissingAndRequiredFailsTheTest() {
        for (String required : new String[] {"docker", "databases, docker", "all"}) {
            assertThatThrownBy(() -> NeedsCondition.decide("docker", false, required))
                    .hasMessageContaining("docker")
                    .hasMessageContaining("elasticjob.tests.require=" + required);
        }
    }
}
