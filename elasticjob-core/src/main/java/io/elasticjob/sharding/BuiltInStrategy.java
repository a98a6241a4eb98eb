package io.elasticjob.sharding;

/**
 * A strategy whose promises are kept by its tests, so that they need no check at each assignment: for 5,000 jobs of 10
 * shards on 100 instances the check takes some 50 ms of the engine's thread where {@code average} itself takes 2.
 */
sealed interface BuiltInStrategy extends ShardingStrategy
        permits AverageStrategy, OdevityStrategy, RoundRobinStrategy, StaticStrategy, StickyStrategy {}
