/** A browser that looks at pages, as somebody does who operates jobs. */
@NullMarked
package io.elasticjob.benchmarks.browser;

import org.jspecify.annotations.NullMarked;
