/** What is measured, and how. */
@NullMarked
package io.elasticjob.benchmarks.scenario;

import org.jspecify.annotations.NullMarked;
