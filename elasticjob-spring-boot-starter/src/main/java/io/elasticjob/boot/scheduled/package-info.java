/** Methods with Spring's {@code @Scheduled}, as jobs: read, translated, and taken from Spring's own scheduler. */
@NullMarked
package io.elasticjob.boot.scheduled;

import org.jspecify.annotations.NullMarked;
