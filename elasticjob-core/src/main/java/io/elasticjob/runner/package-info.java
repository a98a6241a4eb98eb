/** Runs executions in this process. */
@NullMarked
package io.elasticjob.runner;

import org.jspecify.annotations.NullMarked;
