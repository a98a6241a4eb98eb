package io.elasticjob.registry;

import java.time.Duration;

/**
 * One session with the registry. It outlives lost connections, until the registry has heard nothing for {@code timeout};
 * then it has expired for good, and a new connection makes a new session.
 *
 * @param id unique among all sessions of the registry, past and present
 * @param timeout as negotiated with the registry, which may be another one than was asked for
 */
public record Session(String id, Duration timeout) {}
