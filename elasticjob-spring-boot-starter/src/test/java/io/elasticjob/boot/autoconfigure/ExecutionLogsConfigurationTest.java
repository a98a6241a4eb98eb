package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.LoggerContext;
import io.elasticjob.Progress;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.logs.LogCapture;
import io.elasticjob.history.ExecutionLog;
import io.elasticjob.history.ExecutionLogs;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Isolated("the logging library is one for the whole process, and each application that starts sets it up anew")
class ExecutionLogsConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(LifecycleAutoConfiguration.class, ElasticJobAutoConfiguration.class))
            .withPropertyValues("spring.application.name=shop");

    private final ApplicationContextRunner withJob = runner.withUserConfiguration(InMemoryRegistry.class, OneJob.class);

    @Configuration(proxyBeanMethods = false)
    static class OneJob {

        @Bean
        CountDownLatch end() {
            return new CountDownLatch(1);
        }

        @Bean
        @ElasticJob(every = "1s")
        SimpleJob orders(CountDownLatch end) {
            return context -> {
                LoggerFactory.getLogger("com.acme.Till").warn("Hello");
                context.progress(40, "page 12");
                end.await(30, TimeUnit.SECONDS);
            };
        }
    }

    @Test
    void whatExecutionsLogIsTakenUnlessItIsSwitchedOff() {
        withJob.run(context -> {
            ExecutionLog log = log(context);
            assertThat(log.text()).endsWith("WARN com.acme.Till : Hello\n").hasLineCount(1);
            context.getBean(CountDownLatch.class).countDown();
        });
        withJob.withPropertyValues("elasticjob.execution.logs.enabled=false").run(context -> {
            assertThat(log(context).text()).isEmpty();
            assertThat(context).doesNotHaveBean(LogCapture.class);
            context.getBean(CountDownLatch.class).countDown();
        });
    }

    @Test
    void theLoggingLibraryIsAsItWasOnceTheContextIsClosed() {
        int before = appenders();
        withJob.run(context -> {
            await().untilAsserted(() -> assertThat(appenders()).isEqualTo(before + 1));
            context.getBean(CountDownLatch.class).countDown();
        });
        assertThat(appenders()).isEqualTo(before);
    }

    @Test
    void anApplicationWithoutJobsTouchesNoLogging() {
        int before = appenders();
        runner.run(context -> assertThat(appenders()).isEqualTo(before));
    }

    private static ExecutionLog log(ApplicationContext context) {
        ExecutionLogs logs = context.getBean(ExecutionLogs.class);
        Progress progress = new Progress(40, "page 12");
        await().until(() -> logs.latest(any -> true)
                .map(ExecutionLog::progress)
                .filter(progress::equals)
                .isPresent());
        return logs.latest(any -> true).orElseThrow();
    }

    private static int appenders() {
        LoggerContext library = (LoggerContext) LoggerFactory.getILoggerFactory();
        int count = 0;
        var all = library.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
        while (all.hasNext()) {
            all.next();
            count++;
        }
        return count;
    }
}
