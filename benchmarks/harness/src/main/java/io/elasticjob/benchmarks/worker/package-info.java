/** What runs in the JVMs of the instances, and what they write down for the JVM that measures. */
@NullMarked
package io.elasticjob.benchmarks.worker;

import org.jspecify.annotations.NullMarked;
