package io.elasticjob.boot.discovery;

import io.elasticjob.DataflowJob;
import io.elasticjob.SimpleJob;

/**
 * What jobs can be run by.
 *
 * @param name by which jobs name it
 * @param origin where it comes from, in words: {@code bean "orders" (com.acme.Orders)}
 * @param takesContext whether it is told which shard it is to work on
 */
public record Handler(String name, String origin, SimpleJob job, boolean takesContext) {

    /** False where it is known that it does not work in batches. */
    boolean mayStream() {
        return job instanceof BeanJob bean ? bean.mayStream() : job instanceof DataflowJob<?>;
    }
}
