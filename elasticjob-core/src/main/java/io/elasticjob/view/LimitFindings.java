package io.elasticjob.view;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/** What is told of limits for which shards of a job wait. */
final class LimitFindings {

    /** Of more, some are named. */
    private static final int MOST_NAMED = 20;

    private LimitFindings() {}

    static List<Finding> of(String job, List<LimitView> limits) {
        List<Finding> findings = new ArrayList<>();
        for (LimitView limit : limits) {
            SortedSet<Integer> waiting = limit.waitingOf(job);
            Integer most = limit.most();
            if (most == null) {
                findings.add(new Finding(
                        Finding.Code.LIMIT_UNKNOWN,
                        Sentences.limitUnknown(limit.name()),
                        Map.of("limit", limit.name())));
            } else if (!waiting.isEmpty()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("shards", List.copyOf(waiting));
                fields.put("limit", limit.own() ? "maxConcurrentShards" : limit.name());
                fields.put("most", most);
                fields.put("running", limit.running().size());
                fields.put("holders", holders(limit));
                fields.put("before", limit.before(job));
                findings.add(new Finding(
                        Finding.Code.LIMITED,
                        Sentences.limited(waiting, limit, holders(limit), limit.before(job)),
                        fields));
            }
        }
        return findings;
    }

    private static List<String> holders(LimitView limit) {
        return limit.running().stream()
                .limit(MOST_NAMED)
                .map(LimitView.Counted::toString)
                .toList();
    }
}
