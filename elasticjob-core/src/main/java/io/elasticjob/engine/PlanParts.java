package io.elasticjob.engine;

import io.elasticjob.coordination.FiringRecord;
import java.util.List;

/** The parts of a planned firing, as they are stored. */
record PlanParts(FiringRecord.Plan plan, List<String> parts) {

    PlanParts {
        parts = List.copyOf(parts);
    }
}
