/**
 * What became of executions, kept for people to look up: values, the port {@link io.elasticjob.history.ExecutionHistory},
 * a history in memory, and the writer that keeps whatever is slow about a history away from the jobs. Nothing that runs a
 * job reads it.
 */
@NullMarked
package io.elasticjob.history;

import org.jspecify.annotations.NullMarked;
