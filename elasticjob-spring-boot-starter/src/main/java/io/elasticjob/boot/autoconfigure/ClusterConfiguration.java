package io.elasticjob.boot.autoconfigure;

import io.elasticjob.Progress;
import io.elasticjob.ShardingContext;
import io.elasticjob.boot.RemoteHandlers;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.history.RemoteLog;
import io.elasticjob.kind.ArrayJournal;
import io.elasticjob.kind.ArrayRunner;
import io.elasticjob.kind.ArrayRuns;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.ShardRunner;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Runs jobs on the clusters that are beans: with one, jobs may name its templates as {@code array}. */
@Configuration(proxyBeanMethods = false)
class ClusterConfiguration {

    /** What jobs may name. */
    @Bean
    @Lazy
    @ConditionalOnMissingBean(name = "elasticJobArrayTemplates")
    RemoteHandlers elasticJobArrayTemplates(ObjectProvider<Cluster> clusters) {
        return new RemoteHandlers(ArrayRunner.handlers(clusters.orderedStream().toList()));
    }

    /** How they stand. */
    @Bean
    @ConditionalOnMissingBean
    ArrayRuns elasticJobArrayRuns(ObjectProvider<Cluster> clusters) {
        return new ArrayRuns(() -> clusters.orderedStream().toList());
    }

    /** A runner that runs arrays on the clusters, and all else by this one. The same one where there is no cluster. */
    static ShardRunner around(ShardRunner others, Supplier<String> namespace, BeanFactory beans) {
        List<Cluster> all = beans.getBeanProvider(Cluster.class).orderedStream().toList();
        if (all.isEmpty()) {
            return others;
        }
        ExecutionLogs logs = beans.getBean(ExecutionLogs.class);
        ArrayRuns runs = beans.getBean(ArrayRuns.class);
        return new ArrayRunner(namespace.get(), others, all, context -> page(logs, runs, context));
    }

    private static ArrayJournal.Page page(ExecutionLogs logs, ArrayRuns runs, ShardingContext context) {
        RemoteLog log = logs.remote(context);
        return new ArrayJournal.Page() {

            private @Nullable RunId run;

            @Override
            public void progressed(Progress progress) {
                log.progressed(progress);
            }

            @Override
            public void stands(ArrayRuns.Standing standing) {
                run = standing.run();
                runs.stands(standing);
            }

            @Override
            public void wrote(String text) {
                log.wrote(text);
            }

            @Override
            public void end() {
                log.end();
                if (run != null) {
                    runs.over(run);
                }
            }
        };
    }
}
