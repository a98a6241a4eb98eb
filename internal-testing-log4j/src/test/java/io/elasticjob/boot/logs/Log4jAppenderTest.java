package io.elasticjob.boot.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.history.ExecutionLog;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.SystemTimekeeper;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A whole application, whose handler logs what each test wants. */
@Timeout(60)
class Log4jAppenderTest {

    private static final Logger log = LoggerFactory.getLogger("com.acme.Till");

    private static volatile Consumer<ShardingContext> handler = context -> {};

    private final ConfigurableApplicationContext application = new SpringApplicationBuilder(Shop.class)
            .web(WebApplicationType.NONE)
            .properties("spring.application.name=shop", "spring.main.banner-mode=off", "elasticjob.auto-startup=true")
            .build()
            .run();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {

        @ElasticJob(name = "orders", every = "1s")
        void orders(ShardingContext context) {
            handler.accept(context);
        }

        @Bean
        SystemTimekeeper time() {
            return new SystemTimekeeper();
        }

        @Bean
        Registry registry(SystemTimekeeper time) {
            return new MemoryEnsemble(time).client(Duration.ofSeconds(15));
        }
    }

    @BeforeEach
    void isLog4j() {
        assertThat(LoggerFactory.getILoggerFactory().getClass().getName()).contains("Log4jLoggerFactory");
    }

    @AfterEach
    void stop() {
        handler = context -> {};
        application.close();
        assertThat(library().getConfiguration().getRootLogger().getAppenders()).doesNotContainKey(LogCapture.NAME);
    }

    @Test
    void whatAHandlerLogsIsTakenAsItIsFormattedWithWhatWasThrown() {
        handler = context -> log.warn("no paper in {} of {}", 3, "till", new IllegalStateException("on purpose"));

        assertThat(logged())
                .matches("(?s)\\S+Z WARN com.acme.Till : no paper in 3 of till\n"
                        + "java.lang.IllegalStateException: on purpose\n\tat .*");
    }

    @Test
    void levelsDecideAndLoggersThatPassNothingOnAreHeardAsWell() {
        handler = context -> {
            log.info("not logged");
            LoggerFactory.getLogger("com.closed.below").info("closed");
            throw new IllegalStateException("on purpose");
        };

        assertThat(logged())
                .matches("(?s)\\S+ INFO com.closed.below : closed\n\\S+ ERROR \\S+Execution : orders/\\S+ failed.*"
                        + "\njava.lang.IllegalStateException: on purpose\n.*");
    }

    @Test
    void whatOthersLogIsTakenIfTheirContextNamesTheExecution() {
        handler = context -> {
            Map<String, String> named = MDC.getCopyOfContextMap();
            Thread other = new Thread(
                    () -> {
                        log.warn("not for it");
                        MDC.setContextMap(named);
                        log.warn("for it");
                    },
                    "helper");
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            MDC.clear();
            log.warn("mine");
        };

        assertThat(logged()).matches("\\S+ WARN \\[helper] com.acme.Till : for it\n\\S+ WARN com.acme.Till : mine\n");
    }

    @Test
    void itComesBackWhenTheConfigurationIsLoadedAgain() {
        library().reconfigure();
        handler = context -> log.warn("again");

        assertThat(logged()).endsWith(" : again\n").hasLineCount(1);
    }

    /** What the first execution that has said something has said. */
    private String logged() {
        ExecutionLogs logs = application.getBean(ExecutionLogs.class);
        await().until(() -> !text(logs).isEmpty()
                && !logs.isRunning(logs.latest(any -> true).orElseThrow().execution()));
        return text(logs);
    }

    private static String text(ExecutionLogs logs) {
        return logs.latest(any -> true).map(ExecutionLog::text).orElse("");
    }

    private static LoggerContext library() {
        return (LoggerContext) LogManager.getContext(false);
    }
}
