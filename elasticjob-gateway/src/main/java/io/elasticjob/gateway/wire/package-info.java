/** What workers and gateways say to each other, as values; the text that it is on the wire is read and written here alone. */
@NullMarked
package io.elasticjob.gateway.wire;

import org.jspecify.annotations.NullMarked;
