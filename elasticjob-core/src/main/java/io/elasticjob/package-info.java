/** The words of the scheduler: what users implement, the values that travel, the events that are told. */
@NullMarked
package io.elasticjob;

import org.jspecify.annotations.NullMarked;
