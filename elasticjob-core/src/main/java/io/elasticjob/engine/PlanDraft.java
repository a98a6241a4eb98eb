package io.elasticjob.engine;

import io.elasticjob.coordination.FiringRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a planner has said of a firing here, until a plan of it is stored. Confined to the loop. */
final class PlanDraft {

    /** Which firing of which life of the job. */
    final Object firing;

    final List<String> parts;
    final List<byte[]> portions;

    /** Why there is no plan; null when there is one. */
    final @Nullable String failure;

    /** Where it is, or is to be; null before anything was written of it. */
    FiringRecord.@Nullable Plan plan;

    /** How many portions of it are written. */
    int written;

    private PlanDraft(Object firing, List<String> parts, List<byte[]> portions, @Nullable String failure) {
        this.firing = firing;
        this.parts = parts;
        this.portions = portions;
        this.failure = failure;
    }

    static PlanDraft of(Object firing, List<String> parts, List<byte[]> portions) {
        return new PlanDraft(firing, parts, portions, null);
    }

    static PlanDraft failed(Object firing, String why) {
        return new PlanDraft(firing, List.of(), List.of(), why);
    }
}
