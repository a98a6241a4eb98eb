/** What a scheduler has to offer to be measured. */
@NullMarked
package io.elasticjob.benchmarks.system;

import org.jspecify.annotations.NullMarked;
