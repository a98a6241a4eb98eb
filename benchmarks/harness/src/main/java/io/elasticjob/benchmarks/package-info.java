/** Measures schedulers beside one another. */
@NullMarked
package io.elasticjob.benchmarks;

import org.jspecify.annotations.NullMarked;
