package io.elasticjob.view;

import io.elasticjob.JobDefinition;
import io.elasticjob.Join;
import io.elasticjob.Predecessor;
import io.elasticjob.coordination.ChainCheck;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is told of the jobs that a job runs after. */
public final class ChainFindings {

    private ChainFindings() {}

    /** @param jobs of the namespace, by name */
    public static List<Finding> of(JobView job, Map<String, JobView> jobs) {
        JobDefinition definition = job.definition();
        if (definition == null || definition.predecessors().isEmpty()) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        for (Predecessor one : definition.predecessors()) {
            JobView there = jobs.get(one.job());
            ChainCheck.obstacle(there != null, there == null ? null : there.definition())
                    .ifPresent(why -> findings.add(new Finding(
                            Finding.Code.PREDECESSOR_UNKNOWN,
                            "It never runs after " + one.job() + ": " + why,
                            Map.of("predecessor", one.job(), "problem", why))));
        }
        List<String> names = definition.predecessors().stream()
                .map(one -> one.job() + ":" + one.on())
                .toList();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("after", names);
        fields.put("join", definition.join().name());
        findings.add(new Finding(
                Finding.Code.RUNS_AFTER, "It runs after " + inWords(definition) + ", when these end so", fields));
        return findings;
    }

    private static String inWords(JobDefinition job) {
        String between = switch (job.join()) {
            case EACH -> ", and after ";
            case ANY -> ", or ";
            case ALL -> " and ";
        };
        String all = String.join(
                between,
                job.predecessors().stream()
                        .map(one -> one.job() + " (" + one.on() + ")")
                        .toList());
        return job.join() == Join.ALL ? "all of " + all : job.join() == Join.ANY ? "the first of " + all : all;
    }
}
