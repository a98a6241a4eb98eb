/** Applications processed ahead of time, as Spring Boot's plugins do it. */
@NullMarked
package io.elasticjob.testing.aot;

import org.jspecify.annotations.NullMarked;
