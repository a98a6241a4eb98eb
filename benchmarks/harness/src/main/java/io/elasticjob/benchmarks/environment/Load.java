package io.elasticjob.benchmarks.environment;

/**
 * What a stretch of time took of the machine.
 *
 * @param workers CPU of the instances, in milliseconds of one core
 * @param servers CPU of ZooKeeper or the database, likewise
 * @param othersPercent of all cores, that was used by whatever is no part of the measurement
 */
public record Load(double seconds, long workers, long servers, double othersPercent) {}
