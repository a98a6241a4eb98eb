/** This project as a system under test. */
@NullMarked
package io.elasticjob.benchmarks.elasticjob;

import org.jspecify.annotations.NullMarked;
