/** The console: pages in the browser over the endpoint {@code elasticjob}, and how they are served. */
@NullMarked
package io.elasticjob.console;

import org.jspecify.annotations.NullMarked;
