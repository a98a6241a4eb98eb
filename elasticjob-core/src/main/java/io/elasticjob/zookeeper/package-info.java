/** The registry on Apache ZooKeeper: Curator keeps the connection, operations go through ZooKeeper's own handle. */
@NullMarked
package io.elasticjob.zookeeper;

import org.jspecify.annotations.NullMarked;
