/** Which instance should run which shard: pure functions of registry data, and the check on what users bring. */
@NullMarked
package io.elasticjob.sharding;

import org.jspecify.annotations.NullMarked;
