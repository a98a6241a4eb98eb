package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.view.Demand;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Reads how much there is to do for each handler. All of it, or it fails: an autoscaler that is told of half of it stops
 * those who do the other half.
 */
final class DemandReader {

    /** More shards than this are not read for one answer. */
    static final int MOST_SHARDS = 20_000;

    private static final int AT_ONCE = 20;

    /**
     * What there is to do for a handler.
     *
     * @param due shards that should begin, or wait to
     * @param running shards that run
     * @param slots of the workers that are attached to the answering instance and offer it; null where it has no gateway
     */
    record HandlerDemand(int due, int running, @Nullable Integer slots) {}

    /** By the name of the handler. */
    static final class DemandDescriptor extends TreeMap<String, HandlerDemand> implements OperationResponseBody {

        private static final long serialVersionUID = 1L;
    }

    private final NamespaceReader reader;
    private final @Nullable WorkersReader workers;
    private final Duration patience;

    DemandReader(NamespaceReader reader, @Nullable WorkersReader workers, Duration patience) {
        this.reader = reader;
        this.workers = workers;
        this.patience = patience;
    }

    /**
     * Reads once.
     *
     * @param asked handlers with commas between; empty for those of workers
     */
    DemandDescriptor read(Optional<String> asked, Instant localNow) {
        NamespaceView view = Answers.within(patience, reader.namespace());
        Instant now =
                localNow.plus(Objects.requireNonNullElse(view.status().clock().skew(), Duration.ZERO));
        List<WorkersReader.Attached> attached =
                workers == null ? List.of() : Answers.within(patience, workers.workers());
        Set<String> handlers = asked.map(DemandReader::split).orElseGet(() -> ofWorkers(view));
        List<JobView> jobs = view.jobs().values().stream()
                .filter(job -> isOf(job, handlers) && Demand.isToldOf(job))
                .toList();
        int shards = jobs.stream().mapToInt(job -> job.shownShards()).sum();
        if (shards > MOST_SHARDS) {
            throw OperationFields.invalid(
                    "handler",
                    String.join(",", handlers),
                    "must name handlers of at most " + MOST_SHARDS + " shards together; these have " + shards);
        }
        Map<String, Demand> demands = new TreeMap<>();
        handlers.forEach(handler -> demands.put(handler, Demand.NONE));
        Answers.within(patience, readFrom(jobs, 0, new ArrayList<>())).forEach(detail -> {
            JobDefinition definition = detail.job().definition();
            if (definition != null) {
                demands.merge(definition.handler(), Demand.of(detail, now), Demand::plus);
            }
        });
        DemandDescriptor told = new DemandDescriptor();
        demands.forEach((handler, demand) -> told.put(
                handler,
                new HandlerDemand(demand.due(), demand.running(), workers == null ? null : slots(attached, handler))));
        return told;
    }

    private static Set<String> split(String handlers) {
        Set<String> names = new TreeSet<>(List.of(handlers.split("\\s*,\\s*")));
        names.remove("");
        if (names.isEmpty()) {
            throw OperationFields.invalid("handler", handlers, "must name at least one handler");
        }
        return names;
    }

    /** Those that the application says that workers offer, and those that crews offer. */
    private Set<String> ofWorkers(NamespaceView view) {
        Set<String> handlers = new TreeSet<>(workers == null ? Set.of() : workers.handlers());
        view.instances().values().stream()
                .filter(one -> one.instance().labels().containsKey(Crews.LABEL))
                .forEach(one -> handlers.addAll(one.instance().handlers()));
        return handlers;
    }

    private static boolean isOf(JobView job, Set<String> handlers) {
        return job.effective().filter(one -> handlers.contains(one.handler())).isPresent();
    }

    private static int slots(List<WorkersReader.Attached> attached, String handler) {
        return attached.stream()
                .filter(worker -> worker.handlers().contains(handler))
                .mapToInt(WorkersReader.Attached::slots)
                .sum();
    }

    private CompletableFuture<List<JobDetail>> readFrom(List<JobView> jobs, int from, List<JobDetail> read) {
        if (from >= jobs.size()) {
            return CompletableFuture.completedFuture(read);
        }
        List<CompletableFuture<Optional<JobDetail>>> some =
                jobs.subList(from, Math.min(jobs.size(), from + AT_ONCE)).stream()
                        .map(job -> reader.job(job.name()).toCompletableFuture())
                        .toList();
        return CompletableFuture.allOf(some.toArray(CompletableFuture[]::new)).thenCompose(all -> {
            some.forEach(one -> one.join().ifPresent(read::add));
            return readFrom(jobs, from + AT_ONCE, read);
        });
    }
}
