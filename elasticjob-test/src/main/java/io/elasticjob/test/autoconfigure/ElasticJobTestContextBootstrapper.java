package io.elasticjob.test.autoconfigure;

import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;

/** For {@link ElasticJobTest}. */
final class ElasticJobTestContextBootstrapper extends TestSliceTestContextBootstrapper<ElasticJobTest> {}
