/** An HTTP server that takes what a test has sent to it. */
@NullMarked
package io.elasticjob.testing.http;

import org.jspecify.annotations.NullMarked;
