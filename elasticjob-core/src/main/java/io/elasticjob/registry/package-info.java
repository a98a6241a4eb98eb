/**
 * What the engine asks of the place where instances meet: a tree of small versioned nodes, with sessions whose ephemeral
 * nodes vanish with them, and watches. The port speaks of paths and bytes only; what they mean is decided above it.
 */
@NullMarked
package io.elasticjob.registry;

import org.jspecify.annotations.NullMarked;
