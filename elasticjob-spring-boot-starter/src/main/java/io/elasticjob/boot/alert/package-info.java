/**
 * Who is told when jobs go wrong: {@link io.elasticjob.boot.alert.AlertCondition conditions} over the engine's events, how
 * often it is said, and the {@link io.elasticjob.boot.alert.AlertChannel channels} it is said through.
 */
@NullMarked
package io.elasticjob.boot.alert;

import org.jspecify.annotations.NullMarked;
