package io.elasticjob.boot;

import io.elasticjob.zookeeper.embedded.EmbeddedZooKeeperException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a start-up that failed for want of an embedded ZooKeeper. */
final class EmbeddedZooKeeperFailureAnalyzer extends AbstractFailureAnalyzer<EmbeddedZooKeeperException> {

    @Override
    protected FailureAnalysis analyze(Throwable failure, EmbeddedZooKeeperException cause) {
        return new FailureAnalysis(cause.problem(), cause.wayOut(), cause);
    }
}
