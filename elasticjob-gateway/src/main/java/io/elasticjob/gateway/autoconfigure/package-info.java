/** Turns the gateway on in a Spring Boot application. */
@NullMarked
package io.elasticjob.gateway.autoconfigure;

import org.jspecify.annotations.NullMarked;
