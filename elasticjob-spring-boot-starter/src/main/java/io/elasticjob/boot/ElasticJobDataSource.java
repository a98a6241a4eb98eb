package io.elasticjob.boot;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Marks the {@link javax.sql.DataSource} bean that the history of executions is written to, where that is not the
 * application's only or primary one. A marked bean is enough to have the history in a database; without one, that is asked
 * for by {@code elasticjob.history.jdbc.enabled}.
 *
 * <p>Declare it with {@code @Bean(defaultCandidate = false)} beside a data source that Spring Boot configures, which would
 * otherwise back off.
 *
 * @since 0.1.0
 */
@Target({ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Qualifier
public @interface ElasticJobDataSource {}
