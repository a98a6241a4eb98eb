/** Apache ShardingSphere ElasticJob as a system under test. */
@NullMarked
package io.elasticjob.benchmarks.apache;

import org.jspecify.annotations.NullMarked;
