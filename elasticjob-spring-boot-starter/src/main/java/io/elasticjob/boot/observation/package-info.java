/** Each execution as an observation, for traces, the correlation of logs, and whatever else observes. */
@NullMarked
package io.elasticjob.boot.observation;

import org.jspecify.annotations.NullMarked;
