/**
 * Every "if" about the protocol, as pure functions of the small slice of the world they need: no I/O, no threads, no
 * clock, no logging.
 */
@NullMarked
package io.elasticjob.coordination;

import org.jspecify.annotations.NullMarked;
