/** Fire times by Quartz: its scheduler thread waits, our schedules say what for. */
@NullMarked
package io.elasticjob.quartz;

import org.jspecify.annotations.NullMarked;
