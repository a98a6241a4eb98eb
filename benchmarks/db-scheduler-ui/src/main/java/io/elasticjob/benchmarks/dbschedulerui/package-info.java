/** Tasks of db-scheduler, and what shows them in a browser. */
@NullMarked
package io.elasticjob.benchmarks.dbschedulerui;

import org.jspecify.annotations.NullMarked;
