/** The cluster of Slurm of an application. */
@NullMarked
package io.elasticjob.slurm.autoconfigure;

import org.jspecify.annotations.NullMarked;
