/** How much ZooKeeper has to do, calculated: values in, values out. */
@NullMarked
package io.elasticjob.benchmarks.capacity;

import org.jspecify.annotations.NullMarked;
