package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobKey;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What operators have made and changed in a namespace, so that it can be done again: jobs that were made at run time, overrides,
 * and what is switched off. Parameters are not in it.
 *
 * @param format of this document
 * @param next what to give as {@code after} to get the rest; null when this is all
 */
record ExportDescriptor(
        int format,
        @Nullable String namespace,
        Instant at,
        List<Line> lines,
        @Nullable String next) implements OperationResponseBody {

    static final int FORMAT = 1;
    static final int MAX_SIZE = 1_000;

    /** Servers take bodies of 256 KiB, as a rule: what is exported at once can be imported at once. */
    private static final int MAX_CHARACTERS = 100_000;

    /**
     * One change.
     *
     * @param operation {@code create}, {@code configure} or {@code disable}
     * @param set settings, for the first two
     * @param withheld keys whose values are not in it, because they may be secret
     * @param shard that is off, for {@code disable}
     * @param instance that is off for the job, for {@code disable}
     * @param who did it last, for people
     */
    record Line(
            String job,
            String operation,
            @Nullable SortedMap<String, String> set,
            @Nullable List<String> withheld,
            @Nullable Integer shard,
            @Nullable String instance,
            @Nullable String who,
            @Nullable Instant when,
            @Nullable String why) {

        private int length() {
            return job.length()
                    + 100
                    + (set == null
                            ? 0
                            : set.entrySet().stream()
                                    .mapToInt(one -> one.getKey().length()
                                            + one.getValue().length()
                                            + 10)
                                    .sum());
        }
    }

    static ExportDescriptor none(Instant now) {
        return new ExportDescriptor(FORMAT, null, now, List.of(), null);
    }

    /**
     * Of jobs that have been changed.
     *
     * @param after name of the last job of an earlier page; "" for the first
     * @param size how many jobs at most
     */
    static ExportDescriptor of(NamespaceView namespace, Rights rights, String after, int size, Instant now) {
        List<Line> lines = new ArrayList<>();
        int jobs = 0;
        int length = 0;
        String last = null;
        for (JobView job : namespace.jobs().tailMap(after + "\0").values()) {
            List<Line> own = rights.mayOperate(job) ? lines(job.stored()) : List.of();
            if (own.isEmpty()) {
                continue;
            }
            int more = own.stream().mapToInt(Line::length).sum();
            if (jobs == size || jobs > 0 && length + more > MAX_CHARACTERS) {
                return new ExportDescriptor(FORMAT, namespace.namespace(), now, lines, last);
            }
            lines.addAll(own);
            jobs++;
            length += more;
            last = job.name();
        }
        return new ExportDescriptor(FORMAT, namespace.namespace(), now, lines, null);
    }

    private static List<Line> lines(StoredJob job) {
        List<Line> lines = new ArrayList<>();
        Map<JobKey, StoredJob.Override> overrides = job.overrides();
        if (!overrides.isEmpty()) {
            lines.add(settings(job, overrides));
        }
        Switches switches = job.switches();
        switches.shards().forEach((shard, set) -> {
            if (!set.on()) {
                lines.add(off(job.name(), shard, null, set));
            }
        });
        switches.instances().forEach((instance, set) -> {
            if (!set.on()) {
                lines.add(off(job.name(), null, instance, set));
            }
        });
        return lines;
    }

    private static Line settings(StoredJob job, Map<JobKey, StoredJob.Override> overrides) {
        SortedMap<String, String> set = new TreeMap<>();
        List<String> withheld = new ArrayList<>();
        StoredJob.Override latest = null;
        for (Map.Entry<JobKey, StoredJob.Override> one : overrides.entrySet()) {
            if (one.getKey().isConfidential()) {
                withheld.add(one.getKey().key());
            } else {
                set.put(one.getKey().key(), one.getValue().value());
            }
            latest = latest == null || one.getValue().when().isAfter(latest.when()) ? one.getValue() : latest;
        }
        return new Line(
                job.name(),
                job.isMade() ? "create" : "configure",
                set,
                withheld.isEmpty() ? null : withheld,
                null,
                null,
                latest == null ? null : latest.who(),
                latest == null ? null : latest.when(),
                latest == null ? null : latest.why());
    }

    private static Line off(String job, @Nullable Integer shard, @Nullable String instance, Switches.Switch set) {
        return new Line(job, "disable", null, null, shard, instance, set.who(), set.when(), set.why());
    }
}
