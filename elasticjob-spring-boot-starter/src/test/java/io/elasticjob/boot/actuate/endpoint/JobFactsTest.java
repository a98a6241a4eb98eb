package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.view.JobView;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobFactsTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private final JobFacts facts = new JobFacts();

    @Test
    void theNextFireTimeIsThatOfTheViewAndOfTheInstantAtWhichItIsAskedFor() {
        JobView hourly = job("orders", "0 0 * * * ?");

        assertThat(facts.next(hourly, NOON.minusSeconds(5))).contains(NOON);
        assertThat(facts.next(hourly, NOON.minusMillis(1))).contains(NOON);
        assertThat(facts.next(hourly, NOON)).contains(NOON.plusSeconds(3600));
        assertThat(facts.next(hourly, NOON.minusSeconds(1)))
                .as("a clock that was set back")
                .contains(NOON);
        assertThat(facts.next(job("orders", "0 30 * * * ?"), NOON)).contains(NOON.plusSeconds(1800));
    }

    @Test
    void theWordsAreThoseOfTheView() {
        JobView before = job("orders", "0 0 * * * ?");

        assertThat(facts.words(before)).isEqualTo(JobsQuery.words(before)).isSameAs(facts.words(before));
        assertThat(facts.words(described("orders", "Pays the BILLS"))).contains("pays the bills");
    }

    private static JobView job(String name, String cron) {
        return view(JobDefinition.named(name).cron(cron, ZoneOffset.UTC).build());
    }

    private static JobView described(String name, String description) {
        return view(
                JobDefinition.named(name).set(JobKey.DESCRIPTION, description).build());
    }

    private static JobView view(JobDefinition definition) {
        return new JobView(
                StoredJob.declared(definition, "shop", Instant.EPOCH),
                definition,
                Assignment.none(1),
                List.of("till-7"),
                Map.of(),
                null,
                Standing.DECLARED);
    }
}
