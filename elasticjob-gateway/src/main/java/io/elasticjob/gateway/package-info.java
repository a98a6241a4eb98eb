/** The gateway: workers in any language connect to it by HTTP, and run shards as if they were instances. */
@NullMarked
package io.elasticjob.gateway;

import org.jspecify.annotations.NullMarked;
