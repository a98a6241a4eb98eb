/** What an application writes: {@link io.elasticjob.boot.ElasticJob}, and the ways to change what is made of it. */
@NullMarked
package io.elasticjob.boot;

import org.jspecify.annotations.NullMarked;
