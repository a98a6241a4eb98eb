/** The meters of the job engine. */
@NullMarked
package io.elasticjob.boot.actuate.metrics;

import org.jspecify.annotations.NullMarked;
