/** What single decisions cost, by JMH. */
@NullMarked
package io.elasticjob.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
