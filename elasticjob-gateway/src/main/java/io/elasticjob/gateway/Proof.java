package io.elasticjob.gateway;

import java.time.Duration;

/**
 * The last proof that a crew's session lives.
 *
 * @param nanos when it was asked for, by the stopwatch
 * @param session how long the session outlives a proof
 */
record Proof(long nanos, Duration session) {}
