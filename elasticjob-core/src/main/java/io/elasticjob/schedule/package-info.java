/**
 * When a job fires: {@linkplain io.elasticjob.schedule.Schedule schedules}, and the fire times that they name, as pure
 * functions. No clock is read here.
 */
@NullMarked
package io.elasticjob.schedule;

import org.jspecify.annotations.NullMarked;
