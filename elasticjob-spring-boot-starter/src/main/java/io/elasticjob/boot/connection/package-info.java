/** Tells where a ZooKeeper is that Docker Compose or Testcontainers runs. */
@NullMarked
package io.elasticjob.boot.connection;

import org.jspecify.annotations.NullMarked;
