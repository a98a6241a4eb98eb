package io.elasticjob.engine;

import io.elasticjob.coordination.StoredJob;
import java.util.function.Supplier;

/**
 * Where names come from that must never be given twice. Handed in, so that a simulated history repeats exactly.
 *
 * @param instances gives the id of an instance, one for each session
 * @param requests gives the id of a request that came without one
 * @param lives gives what tells one life of a job from another, at most {@link StoredJob#MAX_LIFE_LENGTH} characters
 */
record Ids(Supplier<String> instances, Supplier<String> requests, Supplier<String> lives) {}
