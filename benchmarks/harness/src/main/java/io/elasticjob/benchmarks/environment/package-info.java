/** The processes of one measurement: servers, workers, and what they take of the machine. */
@NullMarked
package io.elasticjob.benchmarks.environment;

import org.jspecify.annotations.NullMarked;
