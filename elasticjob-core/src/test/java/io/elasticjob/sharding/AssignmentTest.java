package io.elasticjob.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssignmentTest {

    @Test
    void eachShardHasItsOwnerAndEachOwnerItsShards() {
        Assignment assignment = Assignment.of(List.of("a", "b", "a"));
        assertThat(assignment.shardingTotalCount()).isEqualTo(3);
        assertThat(assignment.owner(1)).contains("b");
        assertThat(assignment.shardsOf("a")).containsExactly(0, 2);
        assertThat(assignment.shardsOf("somebody else")).isEmpty();
        assertThat(assignment).hasToString("{a=[0, 2], b=[1]}");
    }

    @Test
    void withoutInstancesNoShardHasAnOwner() {
        Assignment assignment = Assignment.none(2);
        assertThat(assignment.shardingTotalCount()).isEqualTo(2);
        assertThat(assignment.owner(0)).isEmpty();
        assertThat(assignment.owner(1)).isEmpty();
        assertThat(assignment.shardsOf("a")).isEmpty();
        assertThat(assignment).hasToString("{}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # owners | most | instances | after
            a,a,a,a  | 4    | a         | {a=[0, 1, 2, 3]}
            a,a,a,a  | 2    | a         | {a=[0, 1]}
            a,a,a,a  | 1    | a,b       | {a=[0], b=[1]}
            a,a,a,a  | 2    | a,b       | {a=[0, 1], b=[2, 3]}
            a,a,a,b  | 2    | a,b,c     | {a=[0, 1], c=[2], b=[3]}
            a,a,a,a  | 2    | c,b,a     | {a=[0, 1], b=[2], c=[3]}
            b,b,b,b  | 1    | a,b,c     | {b=[0], a=[1], c=[2]}
            a,b,a,b  | 1    | a,b       | {a=[0], b=[1]}
            """)
    void whatAnInstanceHasTooMuchGoesToThoseWithTheFewestOrHasNoOwner(
            String owners, int most, String instances, String after) {
        Assignment limited = Assignment.of(List.of(owners.split(","))).atMost(most, List.of(instances.split(",")));

        assertThat(limited).hasToString(after);
        for (String instance : instances.split(",")) {
            assertThat(limited.shardsOf(instance)).hasSizeLessThanOrEqualTo(most);
        }
    }

    @Test
    void aShardThatTheJobDoesNotHaveIsRefused() {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> Assignment.of(List.of("a")).owner(1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> Assignment.none(1).owner(1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> Assignment.unsplit().owner(0));
    }

    @Test
    void assignmentsAreEqualWhenEachShardHasTheSameOwner() {
        assertThat(Assignment.of(List.of("a", "b")))
                .isEqualTo(Assignment.ofShards(2, Map.of("b", List.of(1), "a", List.of(0), "idle", List.of())))
                .hasSameHashCodeAs(Assignment.of(List.of("a", "b")))
                .isNotEqualTo(Assignment.of(List.of("b", "a")))
                .isNotEqualTo(Assignment.none(2));
        assertThat(Assignment.none(2)).isEqualTo(Assignment.none(2)).isNotEqualTo(Assignment.none(3));
    }

    @Test
    void aShardWithoutOwnerIsRefusedByItsNumber() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Assignment.ofShards(3, Map.of("a", List.of(0, 2))))
                .withMessage("shard 1 is given to nobody");
        assertThatNullPointerException()
                .isThrownBy(() -> Assignment.of(Arrays.asList("a", null)))
                .withMessage("shard 1 has no owner");
    }

    @Test
    void aShardThatIsGivenTwiceIsRefusedByItsNumber() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Assignment.ofShards(2, Map.of("a", List.of(0, 1, 0))))
                .withMessage("shard 0 is given twice: to \"a\" and to \"a\"");
    }

    @Test
    void aShardOutOfRangeIsRefusedByItsNumber() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Assignment.ofShards(2, Map.of("a", List.of(0, 1, 2))))
                .withMessage("shard 2 is given to \"a\", but shards are 0 to 1");
    }

    @Test
    void aJobWithoutShardsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Assignment.none(0))
                .withMessage("shardingTotalCount: 0 is not a number of shards: a job has at least 1");
        assertThatIllegalArgumentException().isThrownBy(() -> Assignment.of(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> Assignment.ofShards(0, Map.of()));
    }
}
