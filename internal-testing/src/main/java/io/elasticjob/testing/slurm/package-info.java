/** A real Slurm for tests. */
@NullMarked
package io.elasticjob.testing.slurm;

import org.jspecify.annotations.NullMarked;
