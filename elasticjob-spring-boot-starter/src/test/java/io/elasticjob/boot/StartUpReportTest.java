package io.elasticjob.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.elasticjob.SimpleJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Alone: every other application that starts meanwhile sets up this JVM's logging, and forgets what is heard here. */
@Isolated
@ResourceLock("applications") // each sets up the logging of the whole process
class StartUpReportTest {

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class WrongCron {
        @Bean
        @ElasticJob(cron = "0 0 25 * * ?")
        SimpleJob orders() {
            return context -> {};
        }
    }

    @Test
    void theApplicationFailsToStartWithOneMessageInsteadOfAStackTrace() {
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        SpringApplication application = new SpringApplicationBuilder(WrongCron.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.application.name=shop",
                        "spring.main.banner-mode=off",
                        "logging.level.org.springframework.boot.diagnostics=error")
                // When the logging system has been set up, and so not forgotten by it.
                .listeners((ApplicationListener<ApplicationPreparedEvent>) prepared ->
                        ((Logger) LoggerFactory.getLogger("org.springframework.boot.diagnostics")).addAppender(told))
                .build();

        assertThatException().isThrownBy(application::run);

        assertThat(told.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .singleElement()
                .satisfies(message -> assertThat(message)
                        .contains("APPLICATION FAILED TO START")
                        .contains("@ElasticJob(cron) on bean \"orders\"")
                        .contains("\"0 0 25 * * ?\"")
                        .contains("Correct @ElasticJob(cron)"));
    }
}
