/**
 * Who is told when jobs go wrong: {@link io.elasticjob.alert.AlertCondition conditions} over the engine's events, how
 * often it is said, and the {@link io.elasticjob.alert.AlertChannel channels} it is said through.
 */
@NullMarked
package io.elasticjob.alert;

import org.jspecify.annotations.NullMarked;
