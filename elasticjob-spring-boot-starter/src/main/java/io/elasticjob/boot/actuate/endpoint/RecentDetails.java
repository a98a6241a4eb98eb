package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.view.JobDetail;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Records of jobs as read a moment ago, for all who look at the same jobs: however many they are, ZooKeeper is asked for each
 * job once a second at most.
 */
final class RecentDetails {

    private static final long LASTS = Duration.ofSeconds(1).toNanos();
    private static final int MOST = 2_000;

    private final LongSupplier nanos;
    private final Map<String, Read> latest = new ConcurrentHashMap<>();

    private record Read(CompletionStage<Optional<JobDetail>> answer, long at) {}

    /** @param nanos a stopwatch */
    RecentDetails(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Asks for all of them at once; what is answered comes in its own time.
     *
     * @param question asks ZooKeeper for one
     */
    Map<String, CompletionStage<Optional<JobDetail>>> of(
            Collection<String> names, Function<String, CompletionStage<Optional<JobDetail>>> question) {
        long now = nanos.getAsLong();
        if (latest.size() + names.size() > MOST) {
            latest.values().removeIf(read -> now - read.at() > LASTS);
        }
        Map<String, CompletionStage<Optional<JobDetail>>> answers = new LinkedHashMap<>();
        for (String name : names) {
            Read read = latest.get(name);
            if (read == null || now - read.at() > LASTS) {
                read = new Read(question.apply(name), now);
                latest.put(name, read);
            }
            answers.put(name, read.answer());
        }
        return answers;
    }
}
