/** Writes to a ZooKeeper by its own client, as the registry of this project does. */
@NullMarked
package io.elasticjob.benchmarks.zookeeper;

import org.jspecify.annotations.NullMarked;
