/**
 * What an engine asks of its surroundings: when schedules fire, who runs executions, what time it is, and who hears of
 * requests. Adapters see this and the registry, and never the engine.
 */
@NullMarked
package io.elasticjob.spi;

import org.jspecify.annotations.NullMarked;
