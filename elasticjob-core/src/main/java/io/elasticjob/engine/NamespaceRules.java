package io.elasticjob.engine;

import io.elasticjob.FiringClock;
import io.elasticjob.FiringListener;
import io.elasticjob.ShardPlanner;
import io.elasticjob.coordination.Starvation;
import io.elasticjob.coordination.Unattended;
import io.elasticjob.schedule.FireCalendar;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all instances of a namespace have to hold alike, and what jobs may name.
 *
 * @param maxTimeDiff how far the clock of an instance may be from the registry's
 * @param clock by which firings come due
 * @param forgetAfter after which the leader deletes jobs that are not declared; null for never
 * @param unattended what came due in a time in which nobody was there, and is not made up for
 * @param starvation when an instance lets others run what it has no slot for
 * @param calendars that jobs may name, of those that this instance offers
 * @param limits that jobs may name, with how many shards run at a time, as this process declares them
 * @param homesAfter after which time shards are at home where they run, of a job with static sharding
 * @param planners of shards that jobs may name, of those that this instance offers
 * @param listeners of firings as wholes that jobs may name, of those that this instance offers
 */
record NamespaceRules(
        Duration maxTimeDiff,
        FiringClock clock,
        @Nullable Duration forgetAfter,
        Unattended unattended,
        Starvation starvation,
        Map<String, FireCalendar> calendars,
        Map<String, Integer> limits,
        Duration homesAfter,
        Map<String, FiringListener> listeners,
        Map<String, ShardPlanner> planners) {}
