package io.elasticjob.boot;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Several jobs of one handler; the compiler writes it where {@link ElasticJob} stands more than once. Each job needs a name of
 * its own.
 *
 * @since 0.1.0
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ElasticJobs {

    ElasticJob[] value();
}
