/**
 * The names of properties: what is known below {@code elasticjob}, what looks like a misspelling, and where a value comes
 * from.
 */
@NullMarked
package io.elasticjob.boot.properties;

import org.jspecify.annotations.NullMarked;
