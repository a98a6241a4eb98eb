/** The health of the job engine. */
@NullMarked
package io.elasticjob.boot.actuate.health;

import org.jspecify.annotations.NullMarked;
