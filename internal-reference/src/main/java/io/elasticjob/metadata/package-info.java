/** Reads the metadata of the starter's configuration properties and writes their reference for people. */
@NullMarked
package io.elasticjob.metadata;

import org.jspecify.annotations.NullMarked;
