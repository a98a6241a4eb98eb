package io.elasticjob.gateway;

/**
 * How much a gateway takes.
 *
 * @param workers attached at once
 * @param crews at once: each has a session of its own
 * @param logs of what runs, in bytes: output of workers that is kept in memory
 */
public record GatewayLimits(int workers, int crews, long logs) {}
