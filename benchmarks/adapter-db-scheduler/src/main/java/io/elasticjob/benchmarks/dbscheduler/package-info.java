/** db-scheduler as a system under test. */
@NullMarked
package io.elasticjob.benchmarks.dbscheduler;

import org.jspecify.annotations.NullMarked;
