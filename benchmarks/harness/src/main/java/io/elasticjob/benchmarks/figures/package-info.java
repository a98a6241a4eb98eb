/** What comes of a measurement, as values, and what is computed of them. */
@NullMarked
package io.elasticjob.benchmarks.figures;

import org.jspecify.annotations.NullMarked;
