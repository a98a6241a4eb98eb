/** Servers that demand something of their clients, and the certificates for that, made for one test. */
@NullMarked
package io.elasticjob.testing.security;

import org.jspecify.annotations.NullMarked;
