/** Runs executions as array jobs of Slurm, by its command line. */
@NullMarked
package io.elasticjob.slurm;

import org.jspecify.annotations.NullMarked;
