package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.RegistryException;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is shown of several jobs, instances or executions at once. Every answer is bounded. */
final class NamespaceLists {

    /** What may be shown of jobs in a list beside what they are. */
    private enum Included {
        ASSIGNMENT,
        RECORDS,
        OUTCOMES
    }

    private static final Duration SHARED = Duration.ofSeconds(2);

    /** What costs more; of overdue jobs, as often as the leader looks. */
    private static final Duration LONG_SHARED = Duration.ofSeconds(10);

    private final Supplier<Optional<NamespaceReader>> reader;
    private final @Nullable HistoryReader history;
    private final InstantSource clock;
    private final Shared<Set<String>> overdue;
    private final JobFacts facts = new JobFacts();
    private final RecentDetails details = new RecentDetails(System::nanoTime);
    private final @Nullable Shared<HistoryActivity> activity;
    private final @Nullable Shared<Map<String, Instant>> began;
    private final @Nullable Shared<Optional<OverviewDescriptor.History>> rates;

    NamespaceLists(Supplier<Optional<NamespaceReader>> reader, @Nullable HistoryReader history, InstantSource clock) {
        this.reader = reader;
        this.history = history;
        this.clock = clock;
        this.overdue = new Shared<>(
                () -> reader.get()
                        .map(namespace -> OverdueJobs.of(namespace, clock.instant()))
                        .orElse(Set.of()),
                LONG_SHARED,
                ElasticJobEndpoint.PATIENCE.multipliedBy(3),
                System::nanoTime);
        this.activity = history == null ? null : shared(() -> HistoryActivity.of(history), SHARED);
        this.began = history == null ? null : shared(() -> HistoryActivity.began(history), LONG_SHARED);
        this.rates = history == null
                ? null
                : shared(() -> Optional.ofNullable(OverviewDescriptor.history(history, clock.instant())), SHARED);
    }

    private static <T> Shared<T> shared(Supplier<T> question, Duration lasts) {
        return new Shared<>(question::get, lasts, ElasticJobEndpoint.PATIENCE.multipliedBy(2), System::nanoTime);
    }

    /**
     * A page of jobs.
     *
     * @throws RegistryException when records are asked for, and ZooKeeper gives no answer in time
     */
    JobsDescriptor jobs(OperationFields given, Rights rights) {
        Instant now = clock.instant();
        JobsQuery query = JobsQuery.of(given);
        Set<Included> included = JobsQuery.words("include", JobsQuery.parts(given, "include"), Included.class);
        NamespaceReader namespace = reader.get().orElse(null);
        if (namespace == null) {
            return new JobsDescriptor(List.of(), 0, null, null);
        }
        NamespaceView view =
                EndpointReads.seen(Answers.within(ElasticJobEndpoint.PATIENCE, namespace.namespace()), rights);
        JobsQuery.Page page = query.page(view.jobs().values(), activity(query), facts, now);
        Map<String, JobDetail> details =
                included.contains(Included.RECORDS) ? details(namespace, page.jobs()) : Map.of();
        JobRows rows = new JobRows(
                JobRows.records(details), included.contains(Included.OUTCOMES) ? firings(page.jobs()) : Map.of());
        List<JobDescriptor> jobs = new ArrayList<>();
        for (JobView job : page.jobs()) {
            jobs.add(JobDescriptor.of(job, rights.mayOperate(job), included.contains(Included.ASSIGNMENT), rows, now));
        }
        return new JobsDescriptor(jobs, page.total(), page.next(), at(view, details.values()));
    }

    /** How far all of it goes. */
    private static @Nullable String at(NamespaceView view, Collection<JobDetail> details) {
        long at = Math.min(
                view.asOf(), details.stream().mapToLong(JobDetail::asOf).min().orElse(Long.MAX_VALUE));
        return at == 0 ? null : String.valueOf(at);
    }

    Map<String, ChangesQuery.Reading> readings(NamespaceReader namespace, ChangesQuery query) {
        Map<String, ChangesQuery.Reading> readings = new LinkedHashMap<>();
        details.of(query.jobs(), namespace::job)
                .forEach((name, answer) -> readings.put(
                        name,
                        Answers.within(ElasticJobEndpoint.PATIENCE, answer)
                                .map(detail -> new ChangesQuery.Reading(detail.modified(), detail.asOf()))
                                .orElseGet(() -> new ChangesQuery.Reading(0, Long.MAX_VALUE))));
        return readings;
    }

    /** As far as the question depends on it. */
    private HistoryActivity activity(JobsQuery query) {
        HistoryActivity active = HistoryActivity.NONE;
        if (query.asksHistory()) {
            active = known("state", "running or failing", activity);
        }
        if (query.asksBegan()) {
            active = active.withBegan(known("sort", "last", began));
        }
        return query.asksRecords() ? active.withOverdue(overdue.get()) : active;
    }

    private static <T> T known(String key, String value, @Nullable Shared<T> ofHistory) {
        if (ofHistory == null) {
            throw OperationFields.invalid(key, value, "is known from the history only, and none is kept");
        }
        return ofHistory.get();
    }

    /** Waits for what is asked for; a job that is gone meanwhile is not there. */
    Map<String, JobDetail> details(NamespaceReader namespace, List<JobView> jobs) {
        Map<String, JobDetail> found = new LinkedHashMap<>();
        details.of(JobRows.readable(jobs), namespace::job)
                .forEach((name, answer) -> Answers.within(ElasticJobEndpoint.PATIENCE, answer)
                        .ifPresent(detail -> found.put(name, detail)));
        return found;
    }

    private Map<String, List<JobRows.FiringDescriptor>> firings(List<JobView> jobs) {
        return history == null
                ? Map.of()
                : JobRows.firings(
                        history.latest(jobs.stream().map(JobView::name).toList(), JobRows.EXECUTIONS));
    }

    /** What the history counts it counts of all jobs: that is shown to those who may look at all. */
    OverviewDescriptor overview(Rights rights) {
        NamespaceReader namespace = reader.get().orElse(null);
        if (namespace == null) {
            return OverviewDescriptor.NONE;
        }
        NamespaceView view =
                EndpointReads.seen(Answers.within(ElasticJobEndpoint.PATIENCE, namespace.namespace()), rights);
        return OverviewDescriptor.of(
                view,
                rates != null && rights.everything().isViewed() ? rates.get().orElse(null) : null);
    }

    PreviewDescriptor preview(OperationFields given) {
        return PreviewDescriptor.of(given, clock.instant());
    }
}
