/** Quartz as a system under test. */
@NullMarked
package io.elasticjob.benchmarks.quartz;

import org.jspecify.annotations.NullMarked;
