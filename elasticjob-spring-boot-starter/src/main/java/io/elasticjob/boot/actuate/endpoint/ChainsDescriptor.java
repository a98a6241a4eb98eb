package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.Join;
import io.elasticjob.Predecessor;
import io.elasticjob.coordination.ChainCheck;
import io.elasticjob.view.JobView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Which jobs run after which, across all applications of the namespace.
 *
 * @param jobs that run after others, or others after them, by name
 */
record ChainsDescriptor(List<ChainedJobDescriptor> jobs) implements OperationResponseBody {

    /**
     * A job of a chain.
     *
     * @param application that declares it; "" where an operator has made it
     * @param recordFirings whether its firings are closed, so that others can run after them
     * @param join how several jobs in {@code after} count
     * @param followedBy names of the jobs that run after it
     */
    record ChainedJobDescriptor(
            String name,
            String application,
            boolean enabled,
            boolean recordFirings,
            Join join,
            List<AfterDescriptor> after,
            SortedSet<String> followedBy) {}

    /**
     * A job after which another one runs.
     *
     * @param on after which of its firings
     * @param problem why it never does; null when all is well
     * @param code {@code NOT_THERE} or {@code NOT_RECORDED}: the problem for programs; null when all is well
     */
    record AfterDescriptor(
            String job,
            Predecessor.On on,
            @Nullable String problem,
            @Nullable String code) {}

    /**
     * @param seen the jobs that may be looked at, by name
     * @param all jobs, by name
     */
    static ChainsDescriptor of(Map<String, JobView> seen, Map<String, JobView> all) {
        Map<String, SortedSet<String>> followers = new TreeMap<>();
        seen.values().forEach(job -> {
            JobDefinition definition = job.definition();
            if (definition != null) {
                definition
                        .predecessors()
                        .forEach(one -> followers
                                .computeIfAbsent(one.job(), any -> new TreeSet<>())
                                .add(job.name()));
            }
        });
        List<ChainedJobDescriptor> jobs = new ArrayList<>();
        new TreeMap<>(seen).forEach((name, job) -> {
            JobDefinition definition = job.definition();
            SortedSet<String> followedBy = followers.getOrDefault(name, new TreeSet<>());
            if (definition != null && !(definition.predecessors().isEmpty() && followedBy.isEmpty())) {
                jobs.add(new ChainedJobDescriptor(
                        name,
                        job.stored().application(),
                        definition.enabled(),
                        definition.wholeFirings().areRecorded(),
                        definition.join(),
                        definition.predecessors().stream()
                                .map(one -> after(one, all.get(one.job())))
                                .toList(),
                        followedBy));
            }
        });
        return new ChainsDescriptor(jobs);
    }

    private static AfterDescriptor after(Predecessor one, @Nullable JobView there) {
        String problem = ChainCheck.obstacle(there != null, there == null ? null : there.definition())
                .orElse(null);
        String code = problem == null ? null : there == null ? "NOT_THERE" : "NOT_RECORDED";
        return new AfterDescriptor(one.job(), one.on(), problem, code);
    }
}
