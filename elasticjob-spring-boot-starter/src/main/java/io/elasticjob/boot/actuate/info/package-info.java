/** What an application says of its jobs without being asked for them. */
@NullMarked
package io.elasticjob.boot.actuate.info;

import org.jspecify.annotations.NullMarked;
