/** Handlers that are declared instead of written: scripts and HTTP targets. A job names one, and gives parameters only. */
@NullMarked
package io.elasticjob.kind;

import org.jspecify.annotations.NullMarked;
