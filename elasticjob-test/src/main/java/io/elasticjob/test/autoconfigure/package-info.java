/** Tests of Spring applications: {@link io.elasticjob.test.autoconfigure.ElasticJobTest} and what it is made of. */
@NullMarked
package io.elasticjob.test.autoconfigure;

import org.jspecify.annotations.NullMarked;
