/**
 * What a test of jobs and their engines is made of: {@linkplain io.elasticjob.test.VirtualTime time} that passes when a
 * test says so, and fire times that follow it. The registry for such tests is in {@link io.elasticjob.memory}.
 */
@NullMarked
package io.elasticjob.test;

import org.jspecify.annotations.NullMarked;
