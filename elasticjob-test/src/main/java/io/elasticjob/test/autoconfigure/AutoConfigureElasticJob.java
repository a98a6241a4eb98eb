package io.elasticjob.test.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.PropertyMapping;

/**
 * On a test class with {@code @SpringBootTest}: the jobs of the application run in memory and in the time of the test. No
 * ZooKeeper is contacted or hosted, whatever the application configures. No schedule fires unless the test moves time by its
 * {@link io.elasticjob.test.ElasticJobTester}, which is injected. Each test class has an application context of its own, with a
 * registry and a time of its own.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
@PropertyMapping(ElasticJobTestAutoConfiguration.PREFIX)
public @interface AutoConfigureElasticJob {

    /** The first instant of the test. The default lies just past midnight, so that nothing is due at once. */
    String startAt() default "2026-01-01T00:00:00.500Z";

    /** How long a handler may keep time from passing, in real time: beyond it, {@code advance} fails and names it. */
    String patience() default "10s";
}
