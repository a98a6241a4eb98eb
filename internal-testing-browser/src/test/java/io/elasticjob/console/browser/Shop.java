package io.elasticjob.console.browser;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.ElasticJobDataSource;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.Cluster;
import io.elasticjob.test.LocalCluster;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
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
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

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

    /** Jobs that run after one another, in two ways from the first to the last; one of them names another one in vain. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty("shop.chains")
    static class Chains {

        @ElasticJob(name = "orders", every = "1h", onStartup = true, shardingTotalCount = 2, recordFirings = true)
        public void orders(ShardingContext context) {}

        @ElasticJob(name = "bills", after = "orders", recordFirings = true)
        public void bills(ShardingContext context) {}

        @ElasticJob(name = "mails", after = "orders", recordFirings = true)
        public void mails(ShardingContext context) {
            throw new IllegalStateException("The mail server does not answer");
        }

        @ElasticJob(name = "report", after = "bills,mails:ANY", join = "ALL", recordFirings = true)
        public void report(ShardingContext context) {}

        @ElasticJob(name = "remind", after = "mails:FAILED")
        public void remind(ShardingContext context) {}

        @ElasticJob(name = "archive", after = "report,orders,ghost")
        public void archive(ShardingContext context) {}

        /** On which one task of forty fails, and some go on until it ends. */
        @Bean
        Cluster batch() {
            return LocalCluster.of("batch", Map.of("resize", (environment, printed) -> {
                int task = Integer.parseInt(environment.get(ArrayRun.SHARD));
                printed.append("picture ")
                        .append(task)
                        .append(".png: ")
                        .append(task == 4 ? "no such file\n" : "resized\n");
                return task >= 30 ? OptionalInt.empty() : OptionalInt.of(task == 4 ? 3 : 0);
            }));
        }

        /** Goes on until the application ends, for much longer than until its next firing. */
        @ElasticJob(
                name = "reindex",
                every = "2s",
                onStartup = true,
                misfireThreshold = "20s",
                executionGroup = "heavy",
                shardingTotalCount = 2)
        public void reindex(ShardingContext context) throws InterruptedException {
            context.checkpoint("page=" + 12 * (context.shardingItem() + 1) + " of \"products\"");
            new CountDownLatch(1).await();
        }

        @ElasticJob(name = "sweep", after = "tidy:SKIPPED")
        public void sweep(ShardingContext context) {}
    }

    /** As the page on the console has it: who may look, who may operate, a login, and a token in a cookie. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty("shop.secured")
    static class Secured {

        @Bean
        SecurityFilterChain actuator(HttpSecurity http) {
            return http.authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.GET)
                            .hasAnyRole("VIEWER", "OPERATOR")
                            .anyRequest()
                            .hasRole("OPERATOR"))
                    .formLogin(Customizer.withDefaults())
                    .csrf(CsrfConfigurer::spa)
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(user("vera", "VIEWER"), user("otto", "OPERATOR"));
        }

        private static UserDetails user(String name, String role) {
            return User.withUsername(name).password("{noop}secret").roles(role).build();
        }
    }

    /** Starts it with so many further jobs. */
    static ConfigurableApplicationContext start(String registry, int jobs, String... arguments) {
        return start(WebApplicationType.SERVLET, registry, jobs, arguments);
    }

    static ConfigurableApplicationContext start(
            WebApplicationType stack, String registry, int jobs, String... arguments) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("spring.application.name", "shop");
        properties.put("management.endpoints.web.exposure.include", "elasticjob,elasticjobconsole");
        properties.put("management.endpoint.elasticjob.access", "unrestricted");
        properties.put("elasticjob.history.exclude-job-names", "wide"); // It would leave no room for others.
        properties.put("elasticjob.execution.groups.heavy.slots", 2);
        properties.put("spring.lifecycle.timeout-per-shutdown-phase", "1s"); // Something runs for ever.
        properties.put("elasticjob.history.memory.capacity", 20_000); // On a slow machine what ran first was gone.
        properties.put("shop.jobs", jobs);
        return new SpringApplicationBuilder(Shop.class)
                .web(stack)
                .properties(properties)
                .run(Stream.concat(
                                Stream.of(
                                        "--server.port=0",
                                        // What the quickstart has on the class path is none of its own.
                                        "--spring.config.name=shop",
                                        "--spring.autoconfigure.exclude="
                                                + without(List.of(arguments).contains("--shop.secured=true")),
                                        "--server.address=127.0.0.1",
                                        "--elasticjob.registry.connect-string=" + registry),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    /** What is on the class path of these tests for some of them only, as a list of auto-configurations. */
    static final String SECURITY =
            "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
                    + "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
                    + "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration";

    private static String without(boolean isSecured) {
        return (isSecured ? "" : SECURITY + ",")
                + "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
                + "org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration,"
                + "org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration,"
                + "org.springframework.boot.security.autoconfigure.actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration";
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
