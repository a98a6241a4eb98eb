/**
 * The jobs of an application: found on its beans and in its properties, and put together, key by key.
 */
@NullMarked
package io.elasticjob.boot.discovery;

import org.jspecify.annotations.NullMarked;
