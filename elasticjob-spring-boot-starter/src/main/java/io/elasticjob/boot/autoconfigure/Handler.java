package io.elasticjob.boot.autoconfigure;

import io.elasticjob.SimpleJob;

/**
 * What jobs can be run by.
 *
 * @param name by which jobs name it
 * @param origin where it comes from, in words: {@code bean "orders" (com.acme.Orders)}
 * @param takesContext whether it is told which shard it is to work on
 */
record Handler(String name, String origin, SimpleJob job, boolean takesContext) {}
