package io.elasticjob.view;

import io.elasticjob.Instance;
import java.time.Instant;

/**
 * A live instance.
 *
 * @param registeredAt registry time of the registration
 */
public record InstanceView(Instance instance, Instant registeredAt) {}
