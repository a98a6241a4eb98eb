/**
 * A registry in memory, for tests and simulations: one {@link io.elasticjob.memory.MemoryEnsemble} that behaves as a
 * ZooKeeper ensemble does, and a {@link io.elasticjob.memory.MemoryRegistry} for each instance. It has no thread and
 * reads no clock of its own: driven by a virtual {@link io.elasticjob.spi.Timekeeper}, the same calls make the same
 * run. Where ZooKeeper may do one thing or another, {@link io.elasticjob.memory.Faults} chooses.
 */
@NullMarked
package io.elasticjob.memory;

import org.jspecify.annotations.NullMarked;
