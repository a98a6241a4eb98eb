/** An application to ask over HTTP. */
@NullMarked
package io.elasticjob.benchmarks.endpoint;

import org.jspecify.annotations.NullMarked;
