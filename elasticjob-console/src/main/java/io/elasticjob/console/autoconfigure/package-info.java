/** Puts the console together where the application exposes its endpoint. */
@NullMarked
package io.elasticjob.console.autoconfigure;

import org.jspecify.annotations.NullMarked;
