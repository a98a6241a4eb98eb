package io.elasticjob.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.spi.ArrayResources;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class LocalClusterTest extends ClusterContract {

    private final List<String> begun = new ArrayList<>();
    private final LocalCluster cluster = LocalCluster.of("local", Map.of(TEMPLATE, this::run));

    private OptionalInt run(Map<String, String> environment, StringBuilder printed) {
        String parameter = environment.get(ArrayRun.SHARD_PARAMETER);
        begun.add(environment.get(ArrayRun.SHARD));
        printed.append(environment.get(ArrayRun.SHARD))
                .append('|')
                .append(parameter)
                .append('|')
                .append(environment.get("EJ_JOB_PARAMETER"));
        return parameter.startsWith("wait")
                ? OptionalInt.empty()
                : OptionalInt.of(parameter.startsWith("fail") ? 3 : 0);
    }

    @Override
    protected Cluster client() {
        return cluster.client();
    }

    @Override
    protected String identityOfAnother(String identity) {
        return identity + "0";
    }

    @Test
    void beginsTheNextTaskWhenOneIsFinished() {
        Created created = released(cluster, waiting(new ArrayRules(1, null, 0, ArrayResources.OF_TEMPLATE)));
        assertThat(begun).containsExactly("0");

        cluster.finish(created.run(), 0, 0);

        assertThat(begun).containsExactly("0", "1");
        cluster.finish(created.run(), 1, 7);
        RunStatus status = cluster.runs().get(0);
        assertThat(status.phase()).isEqualTo(RunStatus.Phase.ENDED);
        assertThat(status.failed().text()).isEqualTo("1");
        assertThatThrownBy(() -> cluster.finish(created.run(), 1, 0)).hasMessageContaining("does not run");
    }

    private ArrayRun waiting(ArrayRules rules) {
        return new ArrayRun(
                id(), TEMPLATE, List.of(new ArrayTask(0, "wait"), new ArrayTask(1, "wait")), Map.of(), rules);
    }

    @Test
    void beginsAFailedTaskAgainAsOftenAsItIsTold() {
        ArrayRules rules = new ArrayRules(0, Duration.ofMinutes(1), 2, ArrayResources.OF_TEMPLATE);

        released(cluster, new ArrayRun(id(), TEMPLATE, List.of(new ArrayTask(5, "fail")), Map.of(), rules));

        assertThat(begun).containsExactly("5", "5", "5");
    }

    @Test
    void losesARunThatSomebodyDeletes() {
        Created created = released(cluster, waiting(ArrayRules.NONE));

        cluster.delete(created.run());

        assertThat(answer(cluster.find(created.run()))).isEmpty();
    }
}
