/** Reads the jobs of other schedulers, and writes them as settings of this one. */
@NullMarked
package io.elasticjob.boot.migration;

import org.jspecify.annotations.NullMarked;
