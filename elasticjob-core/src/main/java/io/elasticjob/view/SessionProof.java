package io.elasticjob.view;

import java.time.Duration;

/**
 * ZooKeeper has answered an instance, as a whole: the session of that instance lives on from the question for as long as it
 * times out after.
 *
 * @param nanos when it was asked, by the stopwatch of the engine's {@link io.elasticjob.spi.Timekeeper}
 * @param timeout of the session
 * @since 0.1.0
 */
public record SessionProof(long nanos, Duration timeout) {}
