package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.RegistryException;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.view.InstanceView;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Knows what can be read, and shows of it what the one who asks may see. Who may not look at a job hears nothing about it; a
 * list leaves it out.
 */
final class EndpointReads {

    static final String JOBS = "jobs";
    static final String INSTANCES = "instances";
    static final String TRIGGERS = "triggers";
    private static final String FIRINGS = "firings";

    /** A list or a document. */
    private interface Listing {
        /** @return null where there is nothing to show */
        @Nullable
        OperationResponseBody of(OperationFields given, Rights rights);
    }

    /** Something about one job, which the one who asks may look at, as far as it is there. */
    private interface Aspect {
        /** @return null where there is nothing to show */
        @Nullable
        OperationResponseBody of(String job, OperationFields given, Rights rights);
    }

    private final Supplier<Optional<NamespaceReader>> reader;
    private final JobOperations operations;
    private final InstantSource clock;
    private final @Nullable HistoryReader history;
    private final ExecutionLogs logs;
    private final @Nullable WorkersReader workers;
    private final Crews crews;
    private final NamespaceLists lists;
    private final ArrayReader arrays;

    private final Map<String, Listing> listings = new LinkedHashMap<>();
    private final Map<String, Aspect> aspects = new LinkedHashMap<>();

    EndpointReads(
            Supplier<Optional<NamespaceReader>> reader,
            JobOperations operations,
            ElasticJobEndpoint.Beside beside,
            InstantSource clock) {
        this.reader = reader;
        this.operations = operations;
        this.clock = clock;
        this.history = beside.history();
        this.logs = beside.logs();
        this.workers = beside.workers();
        this.crews = new Crews(workers, ElasticJobEndpoint.PATIENCE);
        this.lists = new NamespaceLists(reader, history, clock);
        this.arrays = new ArrayReader(
                beside.arrays(), () -> view().map(NamespaceView::namespace).orElse(""), ElasticJobEndpoint.PATIENCE);
        listings.put(JOBS, lists::jobs);
        listings.put(INSTANCES, (given, rights) -> instances(rights));
        listings.put("executions", this::executions);
        listings.put("overview", (given, rights) -> lists.overview(rights));
        listings.put("preview", (given, rights) -> lists.preview(given));
        listings.put("snapshot", (given, rights) -> snapshot(rights));
        listings.put(ElasticJobEndpoint.CHANGES, (given, rights) -> changes(ChangesQuery.of(given), rights));
        listings.put("chains", (given, rights) -> chains(rights));
        listings.put("demand", this::demand);
        listings.put("export", this::export);
        listings.put(
                "audit",
                (given, rights) -> new AuditReader(
                                history != null && history.isAudited() ? history::find : null, this::view)
                        .read(given, rights, visible(rights)));
        aspects.put(
                "explain",
                (job, given, rights) -> explanation(
                        job, given.text("at").map(at -> Given.instant("at", at)).orElse(null)));
        aspects.put(
                "assignment",
                (job, given, rights) -> assignment(
                        job,
                        given.text("without").orElse(null),
                        given.text("with").orElse(null)));
        aspects.put("executions", (job, given, rights) -> executions(job, new ExecutionFilter(given)));
        aspects.put("statistics", (job, given, rights) -> statistics(job, given));
        aspects.put("firetimes", (job, given, rights) -> fireTimes(job, given));
        aspects.put(FIRINGS, (job, given, rights) -> firings(job));
        aspects.put(
                "log",
                (job, given, rights) -> new LogReader(logs, history, () -> detail(job), this::view, arrays)
                        .read(job, given)
                        .orElse(null));
    }

    /** One more document, which only the endpoint as a whole can show. */
    void add(String name, Function<Rights, OperationResponseBody> document) {
        listings.put(name, (given, rights) -> document.apply(rights));
    }

    /** What there is to list, or to show as one document. */
    Set<String> listings() {
        return Collections.unmodifiableSet(listings.keySet());
    }

    /** What there is about a job. */
    Set<String> aspects() {
        return Collections.unmodifiableSet(aspects.keySet());
    }

    // ---- The namespace ----------------------------------------------------------------------------------------------

    OperationResponseBody namespace(Rights rights) {
        rights.checkViews();
        return view().map(view ->
                        NamespaceDescriptor.of(seen(view, rights), reader.get().flatMap(NamespaceReader::registry)))
                .orElse(NamespaceDescriptor.NONE);
    }

    /** Null when there is no such list, or nothing to show. */
    @Nullable
    OperationResponseBody list(String what, OperationFields given, Rights rights) {
        rights.checkViews();
        Listing listing = listings.get(what);
        return listing == null ? null : listing.of(given, rights);
    }

    private OperationResponseBody demand(OperationFields given, Rights rights) {
        rights.checkViewsEverything("the demand of all jobs");
        return reader.get()
                .map(namespace -> new DemandReader(namespace, workers, ElasticJobEndpoint.PATIENCE)
                        .read(given.text("handler"), clock.instant()))
                .orElseGet(DemandReader.DemandDescriptor::new);
    }

    private ChainsDescriptor chains(Rights rights) {
        return view().map(view -> ChainsDescriptor.of(seen(view, rights).jobs(), view.jobs()))
                .orElseGet(() -> new ChainsDescriptor(List.of()));
    }

    private InstancesDescriptor instances(Rights rights) {
        Map<String, List<Crews.WorkerDescriptor>> ofCrews = crews.byInstance();
        return new InstancesDescriptor(view().map(view -> view.instances().values().stream()
                        .filter(instance -> rights.mayView(instance.instance()))
                        .map(instance -> InstanceDescriptor.of(instance, seen(view, rights), ofCrews, rights))
                        .toList())
                .orElse(List.of()));
    }

    private SnapshotDescriptor snapshot(Rights rights) {
        Instant now = clock.instant();
        return reader.get()
                .map(namespace -> new SnapshotReader(namespace, ElasticJobEndpoint.PATIENCE)
                        .read(now, view -> seen(view, rights)))
                .orElseGet(() -> SnapshotDescriptor.none(now));
    }

    private ExportDescriptor export(OperationFields given, Rights rights) {
        rights.checkOperatesAnything();
        int size = given.text("size")
                .map(text -> ExecutionFilter.number("size", text, 1))
                .orElse(ExportDescriptor.MAX_SIZE);
        if (size > ExportDescriptor.MAX_SIZE) {
            throw OperationFields.invalid(
                    "size", String.valueOf(size), "must be between 1 and " + ExportDescriptor.MAX_SIZE);
        }
        Set<String> names = new LinkedHashSet<>(JobsQuery.parts(given, "names"));
        String after =
                given.text("after").map(text -> Given.text("after", text)).orElse("");
        NamespaceView view = view().orElse(null);
        if (view == null) {
            return ExportDescriptor.none(clock.instant());
        }
        TreeMap<String, JobView> jobs = new TreeMap<>(view.jobs());
        if (!names.isEmpty()) {
            jobs.keySet().retainAll(names);
            jobs.values().forEach(rights::checkOperates);
        }
        return ExportDescriptor.of(
                new NamespaceView(
                        view.namespace(), view.application(), view.status(), view.instances(), jobs, view.asOf()),
                rights,
                after,
                size,
                clock.instant());
    }

    private @Nullable OperationResponseBody executions(OperationFields given, Rights rights) {
        String job = given.text("job").map(name -> Given.text("job", name)).orElse(null);
        return history == null
                ? null
                : history.executions(job, new ExecutionFilter(given)).only(visible(rights));
    }

    /** At once; only over HTTP is it waited for. */
    private ChangesDescriptor changes(ChangesQuery query, Rights rights) {
        long after = query.after() == null ? 0 : query.after();
        return reader.get()
                .map(namespace -> query.answer(answer(namespace.changes(after)), lists.readings(namespace, query)))
                .map(changes -> changes.isNothing() ? changes : changes.only(visible(rights)))
                .orElseGet(() -> ChangesDescriptor.readAgain(0));
    }

    /** By name: which jobs the one who asks may look at. Of those that are no more they hear only if they see everything. */
    Predicate<String> visible(Rights rights) {
        if (rights.everything().isViewed()) {
            return any -> true;
        }
        Map<String, JobView> jobs =
                view().<Map<String, JobView>>map(NamespaceView::jobs).orElse(Map.of());
        return name -> jobs.containsKey(name) && rights.mayView(jobs.get(name));
    }

    /** Of a namespace what may be looked at. */
    static NamespaceView seen(NamespaceView view, Rights rights) {
        if (rights.everything().isViewed()) {
            return view;
        }
        TreeMap<String, InstanceView> instances = new TreeMap<>(view.instances());
        instances.values().removeIf(instance -> !rights.mayView(instance.instance()));
        TreeMap<String, JobView> jobs = new TreeMap<>(view.jobs());
        jobs.values().removeIf(job -> !rights.mayView(job));
        return new NamespaceView(view.namespace(), view.application(), view.status(), instances, jobs, view.asOf());
    }

    // ---- One job, one instance
    // ----------------------------------------------------------------------------------------

    /** Null when there is none. */
    @Nullable
    OperationResponseBody one(String jobsOrInstances, String nameOrId, Rights rights) {
        rights.checkViews();
        return switch (jobsOrInstances) {
            case JOBS -> job(nameOrId, rights);
            case INSTANCES -> instance(nameOrId, rights);
            default -> null;
        };
    }

    private @Nullable OperationResponseBody job(String name, Rights rights) {
        JobDetail detail = detail(name).orElse(null);
        if (detail == null) {
            return null;
        }
        rights.checkViews(detail.job());
        return Masked.of(detail.job(), rights)
                .of(JobDetailDescriptor.of(
                        detail,
                        new JobDetailDescriptor.Known(
                                logs::progress, crews.holders(), shard -> arrays.of(detail, shard)),
                        clock.instant()));
    }

    private @Nullable OperationResponseBody instance(String idOrName, Rights rights) {
        NamespaceView view = view().orElse(null);
        if (view == null) {
            return null;
        }
        List<InstanceView> meant = view.instances().values().stream()
                .filter(one -> one.instance().id().equals(idOrName)
                        || one.instance().name().equals(idOrName))
                .toList();
        if (meant.size() > 1) {
            throw OperationFields.invalid(
                    "instance",
                    idOrName,
                    "is the name of several live instances: use the id of one, "
                            + meant.stream().map(one -> one.instance().id()).collect(Collectors.joining(" or ")));
        }
        if (meant.isEmpty()) {
            return null;
        }
        rights.checkViews(meant.get(0).instance());
        return InstanceDescriptor.of(meant.get(0), seen(view, rights), crews.byInstance(), rights);
    }

    /** Null when there is no such job, or no such thing about it. */
    @Nullable
    OperationResponseBody about(
            String jobsOrInstances, String nameOrId, String aspect, OperationFields given, Rights rights) {
        rights.checkViews();
        Aspect asked = jobsOrInstances.equals(JOBS) ? aspects.get(aspect) : null;
        if (asked == null) {
            return null;
        }
        String job = checked(nameOrId);
        return isVisible(job, rights) ? asked.of(job, given, rights) : null;
    }

    /**
     * Whether something may be shown about a job.
     *
     * @return false when it is not there, and the one who asks does not see everything
     * @throws ForbiddenException when it is there and must not be seen
     */
    private boolean isVisible(String job, Rights rights) {
        if (rights.everything().isViewed()) {
            return true;
        }
        JobView known = view().map(view -> view.jobs().get(job)).orElse(null);
        if (known != null) {
            rights.checkViews(known);
        }
        return known != null;
    }

    /** Null when no history is kept, or there is no such job and nothing is known of one. */
    private @Nullable OperationResponseBody executions(String name, ExecutionFilter filter) {
        if (history == null) {
            return null;
        }
        ExecutionsDescriptor page = history.executions(name, filter);
        boolean known = !page.executions().isEmpty()
                || view().map(view -> view.jobs().containsKey(name)).orElse(false)
                || history.knows(name);
        return known ? page : null;
    }

    /** Null as for executions. */
    private @Nullable OperationResponseBody statistics(String name, OperationFields given) {
        if (history == null) {
            return null;
        }
        StatisticsDescriptor statistics = StatisticsDescriptor.of(history, name, given, clock.instant());
        boolean known = statistics.executions() > 0
                || view().map(view -> view.jobs().containsKey(name)).orElse(false)
                || history.knows(name);
        return known ? statistics : null;
    }

    private @Nullable OperationResponseBody firings(String name) {
        return detail(name)
                .map(detail -> FiringsDescriptor.of(detail, executionsOf(name, null)))
                .orElse(null);
    }

    private @Nullable OperationResponseBody firing(String name, String firing, Rights rights) {
        String text = Firing.of(firing).text();
        Predicate<String> visible = visible(rights);
        return detail(name)
                .flatMap(detail -> FiringsDescriptor.one(
                        detail,
                        text,
                        executionsOf(name, text),
                        () -> FiringOrigin.cause(detail, text, number -> asked(name, number), visible),
                        shard -> arrays.of(detail, shard)))
                .map(one -> one.before(successors(name, text, visible)))
                .orElse(null);
    }

    /** Who has asked for a trigger that is done, and why; null where no database tells. */
    private @Nullable Operator asked(String job, long trigger) {
        return history == null || !history.isAudited() ? null : FiringOrigin.asked(history::find, job, trigger);
    }

    /** Which firings there were because of one, of the first jobs that run after its job. */
    private List<FiringOrigin.LinkDescriptor> successors(String job, String firing, Predicate<String> visible) {
        NamespaceReader namespace = reader.get().orElse(null);
        NamespaceView view = view().orElse(null);
        if (namespace == null || view == null) {
            return List.of();
        }
        return lists.details(namespace, FiringOrigin.after(view, job, visible)).values().stream()
                .flatMap(detail -> FiringOrigin.successors(detail, job, firing).stream())
                .toList();
    }

    /** Latest first; none where no history is kept. */
    private List<ExecutionRecord> executionsOf(String name, @Nullable String firing) {
        return history == null
                ? List.of()
                : history.find(ExecutionQuery.latest(
                        new ExecutionQuery.Work(name, null, firing, null), ExecutionQuery.MAX_SIZE));
    }

    private @Nullable OperationResponseBody fireTimes(String name, OperationFields given) {
        return view().map(view -> view.jobs().get(name))
                .map(job -> FireTimesDescriptor.of(job, given, clock.instant()))
                .orElse(null);
    }

    private @Nullable OperationResponseBody explanation(String name, @Nullable Instant at) {
        NamespaceView view = view().orElse(null);
        if (view == null) {
            return null;
        }
        JobDetail detail = null;
        JobView job;
        try {
            detail = detail(name).orElse(null);
            job = detail == null ? null : detail.job();
        } catch (RegistryException noAnswer) {
            job = view.jobs().get(name); // what is known without it is worth telling
            if (job == null) {
                throw noAnswer;
            }
        }
        return job == null ? null : ExplanationDescriptor.of(view, job, detail, at, clock.instant());
    }

    private @Nullable OperationResponseBody assignment(String name, @Nullable String without, @Nullable String with) {
        NamespaceReader namespace = reader.get().orElse(null);
        NamespaceView view = view().orElse(null);
        JobView job = view == null ? null : view.jobs().get(name);
        return namespace == null || view == null || job == null
                ? null
                : AssignmentDescriptor.of(view, job, namespace.strategies(), without, with);
    }

    /** A trigger by its number; null when there is none, or it is done. */
    @Nullable
    OperationResponseBody trigger(
            String jobsOrInstances, String nameOrId, String aspect, String number, Rights rights) {
        rights.checkViews();
        if (jobsOrInstances.equals(JOBS) && aspect.equals(FIRINGS)) {
            String name = checked(nameOrId);
            return isVisible(name, rights) ? firing(name, number, rights) : null;
        }
        if (!jobsOrInstances.equals(JOBS)
                || !aspect.equals(TRIGGERS)
                || !number.matches("\\d{1,10}")
                || reader.get().isEmpty()) {
            return null;
        }
        String job = checked(nameOrId);
        return isVisible(job, rights)
                ? answer(operations.triggerStatus(job, Long.parseLong(number)))
                        .map(TriggerDescriptor::of)
                        .orElse(null)
                : null;
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private static String checked(String job) {
        return JobDefinition.checkedName("name", job);
    }

    private Optional<JobDetail> detail(String name) {
        checked(name);
        return reader.get().flatMap(namespace -> answer(namespace.job(name)));
    }

    Optional<NamespaceView> view() {
        return reader.get().map(namespace -> answer(namespace.namespace()));
    }

    private static <T> T answer(CompletionStage<T> asked) {
        return Answers.within(ElasticJobEndpoint.PATIENCE, asked);
    }

    record InstancesDescriptor(List<InstanceDescriptor> instances) implements OperationResponseBody {}
}
