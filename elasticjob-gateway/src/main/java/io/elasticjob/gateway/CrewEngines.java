package io.elasticjob.gateway;

import io.elasticjob.spi.ShardRunner;
import java.util.concurrent.CompletionStage;

/** Makes the engine of a crew, and starts it. */
@FunctionalInterface
interface CrewEngines {

    /**
     * Begins to make it; that may take a while, and is not done on the loop.
     *
     * @param runner hands out to the workers of the crew what the engine starts
     * @return completes on any thread, once the engine is started
     */
    CompletionStage<? extends CrewEngine> start(CrewKey crew, ShardRunner runner);
}
