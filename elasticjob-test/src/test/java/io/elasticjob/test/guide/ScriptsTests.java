package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;

/** As docs/guides/scripts.md shows it. */
@ElasticJobTest(properties = "elasticjob.scripts.report.command=cat")
@ContextConfiguration(classes = ScriptsTests.Application.Reports.class)
class ScriptsTests {

    interface Application {

        @Configuration(proxyBeanMethods = false)
        @ElasticJob(name = "nightly-report", cron = "0 0 3 * * ?", settings = "script=report")
        class Reports {}
    }

    @Test
    void theScriptRuns(@Autowired ElasticJobTester tester) {
        assertThat(tester.run("nightly-report")).hasSize(1).allSucceeded();
    }
}
