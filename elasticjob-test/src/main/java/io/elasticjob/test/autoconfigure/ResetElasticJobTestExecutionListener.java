package io.elasticjob.test.autoconfigure;

import io.elasticjob.test.ElasticJobTester;
import org.springframework.core.Ordered;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/** Before each test method: nothing is known of what the tests before have run, and what they broke is repaired. */
final class ResetElasticJobTestExecutionListener implements TestExecutionListener, Ordered {

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void beforeTestMethod(TestContext test) {
        if (test.hasApplicationContext()) {
            test.getApplicationContext().getBeanProvider(ElasticJobTester.class).ifAvailable(ElasticJobTester::reset);
        }
    }
}
