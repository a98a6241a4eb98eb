package io.elasticjob.boot;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a start-up that failed on a bean. */
final class UnusableJobFailureAnalyzer extends AbstractFailureAnalyzer<UnusableJobException> {

    @Override
    protected FailureAnalysis analyze(Throwable failure, UnusableJobException cause) {
        return new FailureAnalysis(cause.problem(), cause.wayOut(), cause);
    }
}
