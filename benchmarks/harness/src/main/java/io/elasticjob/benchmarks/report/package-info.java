/** Tables and pictures, made of results alone. */
@NullMarked
package io.elasticjob.benchmarks.report;

import org.jspecify.annotations.NullMarked;
