package io.elasticjob.testing.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a Kubernetes API server would say of a merge patch for a Job. Known from Jobs, "Mutable Scheduling Directives" and the
 * validation of updates in {@code batch}, and from what a server of 1.36 answered.
 */
public final class JobChange {

    private static final Set<String> MUTABLE =
            Set.of("suspend", "parallelism", "ttlSecondsAfterFinished", "activeDeadlineSeconds");
    private static final Set<String> FINISHED = Set.of("Complete", "Failed");

    private JobChange() {}

    /**
     * @param there the Job as it is
     * @param patch what is to be merged into it
     * @return empty when it is taken
     */
    public static List<Problem> problems(Map<String, Object> there, Map<String, Object> patch) {
        Findings findings = new Findings(new Decoded(there, null).toString());
        Map<?, ?> metadata = map(patch.get("metadata"));
        findings.unless(
                !metadata.containsKey("uid")
                        || Objects.equals(
                                metadata.get("uid"), map(there.get("metadata")).get("uid")),
                Rule.JOB,
                "metadata.uid",
                "field is immutable");
        Map<?, ?> spec = map(patch.get("spec"));
        for (Object field : spec.keySet()) {
            findings.unless(
                    MUTABLE.contains(String.valueOf(field))
                            || Objects.equals(
                                    spec.get(field), map(there.get("spec")).get(field)),
                    Rule.JOB,
                    "spec." + field,
                    "field is immutable");
        }
        findings.unless(
                !Boolean.TRUE.equals(spec.get("suspend")) || !isFinished(there),
                Rule.JOB,
                "spec.suspend",
                "must not be set for a finished Job");
        List<Problem> problems = new ArrayList<>(findings.problems());
        if (problems.isEmpty()) {
            number(spec.get("parallelism"), "spec.parallelism", findings);
            number(spec.get("ttlSecondsAfterFinished"), "spec.ttlSecondsAfterFinished", findings);
            problems.addAll(findings.problems());
        }
        return problems;
    }

    private static void number(@Nullable Object value, String where, Findings findings) {
        findings.unless(
                value == null || value instanceof Integer number && number >= 0,
                Rule.JOB,
                where,
                value + " must be a number from 0");
    }

    private static boolean isFinished(Map<String, Object> job) {
        return map(job.get("status")).get("conditions") instanceof List<?> conditions
                && conditions.stream()
                        .map(JobChange::map)
                        .anyMatch(condition -> FINISHED.contains(String.valueOf(condition.get("type")))
                                && "True".equals(condition.get("status")));
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }
}
