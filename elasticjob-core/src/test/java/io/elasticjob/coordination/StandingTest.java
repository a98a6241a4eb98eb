package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Instance;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandingTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // application of the job | live instances: application, and what it declares | unreadable ones |
                // standing
                "      | shop:bills                | false | MADE",
                "      |                           | false | MADE",
                "shop  | shop:orders               | false | DECLARED",
                "shop  | shop:bills shop:orders    | false | DECLARED",
                "shop  | shop:bills                | false | UNDECLARED",
                "shop  | shop:                     | false | UNDECLARED",
                "shop  | shop:bills mail:orders    | false | UNDECLARED",
                "shop  | mail:orders               | false | ABSENT",
                "shop  |                           | false | ABSENT",
                "shop  | shop:bills                | true  | DECLARED",
                "shop  |                           | true  | DECLARED",
            })
    void whoStandsForAJob(String application, String live, boolean others, Standing standing) {
        String of = application == null ? "" : application;
        List<Instance> instances = live == null
                ? List.of()
                : Arrays.stream(live.split(" +")).map(StandingTest::instance).toList();

        assertThat(Standing.of("orders", of, instances, others)).isEqualTo(standing);
        assertThat(standing.mayRun()).isEqualTo(standing == Standing.MADE || standing == Standing.DECLARED);
    }

    private static Instance instance(String written) {
        String[] parts = written.split(":");
        return new Instance(
                written,
                written,
                parts[0],
                Map.of(),
                new Instance.Process("host", 1, 1, Instant.EPOCH, ""),
                new Instance.Repertoire(Set.of("orders"), parts.length == 1 ? Set.of() : Set.of(parts[1]), Set.of()),
                new Instance.Availability(Instance.State.DRAINING, null));
    }
}
