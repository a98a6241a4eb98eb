package io.elasticjob.gateway;

import java.util.List;
import java.util.function.Supplier;

/**
 * Where a gateway is.
 *
 * @param name of the instance that it is part of
 * @param addresses of all gateways of the namespace, as workers reach them
 * @param peers the same gateways, as they reach one another
 */
public record Whereabouts(String name, Supplier<List<String>> addresses, Peers peers) {}
