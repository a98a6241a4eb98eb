package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Join;
import io.elasticjob.Predecessor;
import io.elasticjob.boot.actuate.endpoint.ChainsDescriptor.AfterDescriptor;
import io.elasticjob.boot.actuate.endpoint.ChainsDescriptor.ChainedJobDescriptor;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.view.ChainFindings;
import io.elasticjob.view.Finding;
import io.elasticjob.view.JobView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ChainsDescriptorTest {

    private static JobView job(String application, JobDefinition.Builder builder) {
        JobDefinition definition = builder.build();
        return new JobView(
                StoredJob.declared(definition, application, Instant.EPOCH),
                definition,
                Assignment.none(1),
                List.of(),
                Map.of(),
                null,
                Standing.DECLARED);
    }

    private static Map<String, JobView> jobs() {
        Map<String, JobView> jobs = new TreeMap<>();
        jobs.put("orders", job("shop", JobDefinition.named("orders").set(JobKey.RECORD_FIRINGS, "true")));
        jobs.put(
                "bills",
                job(
                        "bank",
                        JobDefinition.named("bills")
                                .set(JobKey.AFTER, "orders:ANY,ordres,light")
                                .set(JobKey.JOIN, "ANY")));
        jobs.put("light", job("shop", JobDefinition.named("light")));
        jobs.put("alone", job("shop", JobDefinition.named("alone")));
        return jobs;
    }

    @Test
    void theGraphHasAllJobsThatHaveAnEdgeAndSaysWhatIsWrongWithOne() {
        ChainsDescriptor chains = ChainsDescriptor.of(jobs(), jobs());

        assertThat(chains.jobs()).extracting(ChainedJobDescriptor::name).containsExactly("bills", "light", "orders");
        assertThat(chains.jobs().get(0)).satisfies(bills -> {
            assertThat(bills.application()).isEqualTo("bank");
            assertThat(bills.join()).isEqualTo(Join.ANY);
            assertThat(bills.after())
                    .extracting(
                            AfterDescriptor::job, AfterDescriptor::on, AfterDescriptor::problem, AfterDescriptor::code)
                    .containsExactly(
                            tuple("orders", Predecessor.On.ANY, null, null),
                            tuple("ordres", Predecessor.On.SUCCEEDED, "there is no job of this name", "NOT_THERE"),
                            tuple(
                                    "light",
                                    Predecessor.On.SUCCEEDED,
                                    "its firings are not recorded: set recordFirings=true",
                                    "NOT_RECORDED"));
        });
        assertThat(chains.jobs().get(2).followedBy()).containsExactly("bills");
    }

    @Test
    void jobsThatMustNotBeSeenAreLeftOut() {
        Map<String, JobView> seen = jobs();
        seen.remove("bills");

        assertThat(ChainsDescriptor.of(seen, jobs()).jobs()).isEmpty();
    }

    @Test
    void anExplanationSaysWhatAJobRunsAfterAndWhatItNeverRunsAfter() {
        assertThat(ChainFindings.of(jobs().get("bills"), jobs()))
                .extracting(Finding::code, Finding::text)
                .containsExactly(
                        tuple(
                                Finding.Code.PREDECESSOR_UNKNOWN,
                                "It never runs after ordres: there is no job of this name"),
                        tuple(
                                Finding.Code.PREDECESSOR_UNKNOWN,
                                "It never runs after light: its firings are not recorded: set recordFirings=true"),
                        tuple(
                                Finding.Code.RUNS_AFTER,
                                "It runs after the first of orders (ANY), or ordres (SUCCEEDED), or light (SUCCEEDED), when these end so"));
        assertThat(ChainFindings.of(jobs().get("alone"), jobs())).isEmpty();
    }
}
