package io.elasticjob.console.browser;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.ElasticJobDataSource;
import io.elasticjob.boot.JobEngineCustomizer;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** An application with jobs: one that fails unless it gets a parameter, one that is often at work, and as many as are asked for. */
@SpringBootConfiguration
@EnableAutoConfiguration
class Shop {

    static final String LONG_NAME =
            "a-job-whose-name-is-as-long-as-names-of-jobs-that-were-generated-by-other-programs-tend-to-be-0001";

    /** A history of all instances, where a test gives its address. */
    @Bean(defaultCandidate = false)
    @ElasticJobDataSource
    @ConditionalOnProperty("shop.history")
    DataSource history(@Value("${shop.history}") String address) {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL(address);
        return database;
    }

    /** Everybody who comes is the same user, with one role, where a test says which: what a login would come to. */
    @Bean
    @ConditionalOnProperty("shop.role")
    Filter login(@Value("${shop.role}") String role) {
        return (request, response, chain) -> chain.doFilter(
                new HttpServletRequestWrapper((HttpServletRequest) request) {
                    @Override
                    public Principal getUserPrincipal() {
                        return () -> "carl";
                    }

                    @Override
                    public boolean isUserInRole(String asked) {
                        return asked.equals(role);
                    }
                },
                response);
    }

    /** Thousands of jobs, without as many properties, which take Boot a minute. */
    @Bean
    JobEngineCustomizer furtherJobs(@Value("${shop.jobs}") int jobs) {
        return engine -> {
            for (int i = 0; i < jobs; i++) {
                engine.job(JobDefinition.named(i == 0 ? LONG_NAME : "job-%04d".formatted(i))
                        .set(JobKey.HANDLER, "tidy")
                        .every(Duration.ofHours(6))
                        .shards(4)
                        .build());
            }
        };
    }

    @Bean
    Reconcile reconcile() {
        return new Reconcile();
    }

    @Bean
    Tidy tidy() {
        return new Tidy();
    }

    @Bean
    Wide wide() {
        return new Wide();
    }

    @ElasticJob(
            cron = "0 0 3 * * ?",
            zone = "Europe/Berlin",
            shardingTotalCount = 4,
            shardingItemParameters = "0=EMEA,1=APAC,2=AMER,3=LATAM",
            onStartup = true,
            recordFirings = true,
            description = "Compares the ledger with the bank")
    static class Reconcile implements SimpleJob {

        @Override
        public void execute(ShardingContext context) {
            if (!context.jobParameter().equals("skip-holidays")) {
                throw new IllegalStateException("No rates for 2026-11-26: it is a holiday");
            }
        }
    }

    @ElasticJob(every = "2s", shardingTotalCount = 3, recordFirings = true)
    static class Tidy implements SimpleJob {

        @Override
        public void execute(ShardingContext context) {
            context.result(7 * (context.shardingItem() + 1) + " carts removed");
        }
    }

    @ElasticJob(every = "1h", shardingTotalCount = 1000, onStartup = true)
    static class Wide implements SimpleJob {

        @Override
        public void execute(ShardingContext context) {}
    }

    /** Starts it with so many further jobs. */
    static ConfigurableApplicationContext start(String registry, int jobs, String... arguments) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("spring.application.name", "shop");
        properties.put("management.endpoints.web.exposure.include", "elasticjob,elasticjobconsole");
        properties.put("management.endpoint.elasticjob.access", "unrestricted");
        properties.put("elasticjob.history.exclude-job-names", "wide"); // It would leave no room for others.
        properties.put("shop.jobs", jobs);
        return new SpringApplicationBuilder(Shop.class)
                .web(WebApplicationType.SERVLET)
                .properties(properties)
                .run(Stream.concat(
                                Stream.of(
                                        "--server.port=0",
                                        // What the quickstart has on the class path is none of its own.
                                        "--spring.config.name=shop",
                                        "--spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
                                        "--server.address=127.0.0.1",
                                        "--elasticjob.registry.connect-string=" + registry),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    static String console(ConfigurableApplicationContext application) {
        return console(port(application));
    }

    static String console(int port) {
        return "http://127.0.0.1:" + port + "/actuator/elasticjobconsole/";
    }

    static int port(ConfigurableApplicationContext application) {
        return application.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }
}
