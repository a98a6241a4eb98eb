package io.elasticjob.test.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of the jobs of an application, and of little else: of its components, only those that declare jobs or belong to them
 * are made, and only ElasticJob is auto-configured. Provide what the jobs need with {@code @Import} or {@code @MockitoBean}.
 * The jobs run as {@link AutoConfigureElasticJob} says.
 *
 * <pre>{@code
 * @ElasticJobTest
 * @Import(Invoices.class)
 * class SettleInvoicesTests {
 *
 *     @Test
 *     void settlesEveryFiveMinutes(@Autowired ElasticJobTester tester) {
 *         tester.advance(Duration.ofMinutes(10));
 *
 *         assertThat(tester.executionsOf("settleInvoices")).allSucceeded().ranShards(0, 1, 2, 3);
 *     }
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(ElasticJobTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(ElasticJobTypeExcludeFilter.class)
@AutoConfigureElasticJob
@ImportAutoConfiguration
public @interface ElasticJobTest {

    /** Properties for the environment of the test, in the form {@code key=value}. */
    String[] properties() default {};

    /** Whether components that declare no job are left out. */
    boolean useDefaultFilters() default true;

    /** Further components to make. */
    Filter[] includeFilters() default {};

    /** Components to leave out. */
    Filter[] excludeFilters() default {};

    /** Auto-configurations to leave out. */
    @AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
    Class<?>[] excludeAutoConfiguration() default {};

    /** As of {@link AutoConfigureElasticJob#startAt}. */
    @AliasFor(annotation = AutoConfigureElasticJob.class, attribute = "startAt")
    String startAt() default "2026-01-01T00:00:00.500Z";
}
