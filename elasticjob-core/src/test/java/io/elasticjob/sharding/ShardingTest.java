package io.elasticjob.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShardingTest {

    private static final Candidate A = Candidate.of("a.1", "a", "blue", Map.of("zone", "eu"));
    private static final Candidate B = Candidate.of("b.1", "b", "red", Map.of());
    private static final Candidate C = Candidate.of("c.1", "c", "blue", Map.of("zone", "us"));

    @Test
    void instancesAreKnownByServerAndInTheirOrder() {
        Sharding sharding = Sharding.of("orders", 4, List.of(C, B, A));

        assertThat(sharding.ids()).containsExactly("c.1", "b.1", "a.1");
        assertThat(sharding.servers()).containsExactly(Map.entry("blue", List.of(C, A)), Map.entry("red", List.of(B)));
        assertThat(sharding.instances().get(2).labels()).containsEntry("zone", "eu");
        assertThat(sharding.instances().get(2).name()).isEqualTo("a");
    }

    @Test
    void whatAStrategyIsToldIsItsToReadOnly() {
        List<Candidate> given = new ArrayList<>(List.of(A, B));
        Sharding sharding = Sharding.of("orders", 4, given);
        given.clear();

        assertThat(sharding.instances()).containsExactly(A, B);
        assertThatThrownBy(() -> sharding.instances().remove(0)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> sharding.servers().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> sharding.servers().get("blue").clear())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> A.labels().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aJobHasShards() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sharding.of("orders", 0, List.of(A)))
                .withMessageContaining("0 is not a number of shards");
    }
}
