package io.elasticjob.benchmarks.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.benchmarks.capacity.Cluster.Names;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Against the layout and the codecs of the engine. */
class NodesTest {

    private static final String NAMESPACE = "shop";
    private static final String JOB = "settle";
    private static final String INSTANCE = "till-7.8hor19mr86";
    private static final long LIFE = 4_294_967_301L;
    private static final String JOB_LIFE = "8hor19mr86";
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123456789Z");
    private static final Instant DUE = Instant.parse("2026-03-01T12:00:00Z");

    private static final Nodes NODES = new Nodes(Cluster.of(2, 10, 3, 1)
            .named(new Names(
                    NAMESPACE.length(),
                    JOB.length(),
                    INSTANCE.length(),
                    String.valueOf(LIFE).length())));

    @Test
    void liesWhereTheLayoutHasIt() {
        Layout layout = new Layout(NAMESPACE);

        assertThat(NODES.instances()).isEqualTo(layout.instances().length());
        assertThat(NODES.instance()).isEqualTo(layout.instance(INSTANCE).length());
        assertThat(NODES.jobs()).isEqualTo(layout.jobs().length());
        assertThat(NODES.job()).isEqualTo(layout.job(JOB).length());
        assertThat(NODES.trigger()).isEqualTo(layout.trigger(JOB, 7).length());
        assertThat(NODES.leader()).isEqualTo(layout.leader().length());
        assertThat(NODES.records()).isEqualTo(layout.records(JOB, JOB_LIFE).length());
        assertThat(NODES.record()).isEqualTo(layout.record(JOB, JOB_LIFE, 9).length());
        assertThat(NODES.request())
                .isEqualTo(layout.request(JOB, "2f0b1c5e-0000-0000-0000-000000000000")
                        .length());
    }

    @Test
    void recordsAreAsLongAsTheCodecMakesThem() {
        ShardRecord before = run(ShardRecord.NEW, DUE.minusSeconds(1));
        ShardRecord claimed = before.claimed(new Firing.Scheduled(DUE), INSTANCE, 1, 0, NOW);

        assertThat(NODES.runningData()).isEqualTo(ShardRecordCodec.encode(claimed).length);
        assertThat(NODES.doneData()).isEqualTo(ShardRecordCodec.encode(run(before, DUE)).length);
    }

    private static ShardRecord run(ShardRecord before, Instant due) {
        return before.claimed(new Firing.Scheduled(due), INSTANCE, 1, 0, NOW)
                .withToken(LIFE)
                .completed(new Outcome.Succeeded(), due, NOW);
    }

    @Test
    void jobsAndInstancesAreAsLongAsTheCodecsMakeThem() {
        StoredJob job = StoredJob.declared(
                        JobDefinition.named(JOB)
                                .shards(2)
                                .monitorExecution(true)
                                .failover(false)
                                .cron("0 0/5 * * * ?", ZoneOffset.UTC)
                                .build(),
                        NAMESPACE,
                        NOW)
                .born("8hor19mr86");
        Set<String> handlers = Set.of("settle", "refund");
        Instance instance = new Instance(
                INSTANCE,
                "till-7",
                NAMESPACE,
                Map.of(),
                new Instance.Process("host-7", 12_345, 0, NOW, "1.0.0"),
                new Instance.Repertoire(handlers, handlers, Set.of()),
                Instance.Availability.UP);

        assertThat(NODES.jobData()).isEqualTo(StoredJobCodec.encode(job).length);
        assertThat(NODES.instanceData()).isEqualTo(InstanceCodec.encode(instance).length);
    }
}
