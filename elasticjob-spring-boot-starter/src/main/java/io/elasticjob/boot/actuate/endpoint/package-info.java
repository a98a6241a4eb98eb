/** The {@code elasticjob} endpoint: what it says, and in which shape. */
@NullMarked
package io.elasticjob.boot.actuate.endpoint;

import org.jspecify.annotations.NullMarked;
