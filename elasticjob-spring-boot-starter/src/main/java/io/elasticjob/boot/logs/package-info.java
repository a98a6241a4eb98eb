/** Takes what executions log from the logging library of the application. */
@NullMarked
package io.elasticjob.boot.logs;

import org.jspecify.annotations.NullMarked;
