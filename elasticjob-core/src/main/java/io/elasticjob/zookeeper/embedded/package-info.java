/**
 * A ZooKeeper server for development that the processes of one machine share: one of them hosts it, the others join,
 * and when the host ends one of them takes over.
 */
@NullMarked
package io.elasticjob.zookeeper.embedded;

import org.jspecify.annotations.NullMarked;
