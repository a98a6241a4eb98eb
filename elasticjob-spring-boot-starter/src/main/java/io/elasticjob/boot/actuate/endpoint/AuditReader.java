package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Instance;
import io.elasticjob.boot.history.AuditEntry;
import io.elasticjob.boot.history.AuditQuery;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.history.HistoryException;
import io.elasticjob.view.InstanceView;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Who has changed what. Of the whole past where a database keeps it; else of the changes that hold at present, of which ZooKeeper
 * keeps who made them, when and why. Pages go on at any instance.
 */
final class AuditReader {

    private static final int DEFAULT_SIZE = 50;
    private static final Pattern PLACE = Pattern.compile("([^~]+)~([^~\\s]{1,400})");

    /** Of what time it tells. */
    enum Scope {
        /** Of what holds at present. */
        PRESENT,
        /** Of all that was asked for, as long as it is kept. */
        PAST
    }

    /**
     * A page.
     *
     * @param next what to give as {@code before} to get the next page; null when there is none
     */
    record AuditDescriptor(
            Scope scope, List<Change> changes, @Nullable String next) implements OperationResponseBody {}

    /**
     * A change.
     *
     * @param origin by which way it came; null where that is not known
     * @param asked name of the instance that was asked; null where that is not known
     * @param detail shards, firing, keys: no values
     * @param refusal why it was refused; null when it was not
     */
    record Change(
            Instant at,
            String who,
            String why,
            AuditEntry.@Nullable Origin origin,
            @Nullable String asked,
            String operation,
            @Nullable String job,
            @Nullable String instance,
            @Nullable String detail,
            AuditEntry.Result result,
            @Nullable String refusal) {

        static Change of(AuditEntry entry, Scope scope) {
            boolean isJob = entry.what().kind().equals("job");
            boolean isPast = scope == Scope.PAST;
            return new Change(
                    entry.at(),
                    entry.by().who(),
                    entry.by().why(),
                    isPast ? entry.by().origin() : null,
                    isPast ? entry.by().instance() : null,
                    entry.what().operation(),
                    isJob ? entry.what().name() : null,
                    isJob ? null : entry.what().name(),
                    entry.what().detail().isEmpty() ? null : entry.what().detail(),
                    entry.result(),
                    entry.what().why());
        }
    }

    private final @Nullable Function<AuditQuery, List<AuditEntry>> past;
    private final Supplier<Optional<NamespaceView>> view;

    /** @param past reads what is kept; null where nothing is */
    AuditReader(@Nullable Function<AuditQuery, List<AuditEntry>> past, Supplier<Optional<NamespaceView>> view) {
        this.past = past;
        this.view = view;
    }

    /**
     * A page.
     *
     * @param visible which jobs may be told of
     * @throws HistoryException when the database gives no answer in time
     */
    AuditDescriptor read(OperationFields given, Rights rights, Predicate<String> visible) {
        AuditQuery query = query(given);
        List<AuditEntry> found = past != null ? past.apply(query) : present(query);
        String next = found.size() < query.size() ? null : text(AuditQuery.Place.of(found.get(found.size() - 1)));
        Scope scope = past != null ? Scope.PAST : Scope.PRESENT;
        return new AuditDescriptor(
                scope,
                found.stream()
                        .filter(entry -> rights.everything().isViewed()
                                || entry.what().kind().equals("job")
                                        && visible.test(entry.what().name()))
                        .map(entry -> Change.of(entry, scope))
                        .toList(),
                next);
    }

    private static AuditQuery query(OperationFields given) {
        String job = given.text("job").map(text -> Given.text("job", text)).orElse(null);
        String instance =
                given.text("instance").map(text -> Given.text("instance", text)).orElse(null);
        if (job != null && instance != null) {
            throw OperationFields.invalid("instance", instance, "cannot be given together with job");
        }
        int size = given.text("size")
                .map(text -> ExecutionFilter.number("size", text, 1))
                .orElse(DEFAULT_SIZE);
        if (size > AuditQuery.MAX_SIZE) {
            throw OperationFields.invalid("size", String.valueOf(size), "must be between 1 and " + AuditQuery.MAX_SIZE);
        }
        return new AuditQuery(
                new AuditQuery.Filter(
                        job != null ? "job" : instance != null ? "instance" : null,
                        job != null ? job : instance,
                        given.text("who").map(text -> Given.text("who", text)).orElse(null),
                        given.text("operation")
                                .map(text -> Given.text("operation", text))
                                .orElse(null),
                        given.text("from")
                                .map(text -> Given.instant("from", text))
                                .orElse(null),
                        given.text("to").map(text -> Given.instant("to", text)).orElse(null)),
                given.text("before").map(AuditReader::place).orElse(null),
                size);
    }

    private static String text(AuditQuery.Place place) {
        return place.at() + "~" + place.id();
    }

    private static AuditQuery.Place place(String text) {
        Matcher place = PLACE.matcher(Given.text("before", text));
        if (!place.matches()) {
            throw OperationFields.invalid("before", text, "must be what an earlier page gave as its \"next\"");
        }
        return new AuditQuery.Place(Given.instant("before", place.group(1)), place.group(2));
    }

    // ---- The present ----------------------------------------------------------------------------------------------

    private List<AuditEntry> present(AuditQuery query) {
        AuditQuery.Place before = query.before();
        return view.get().stream()
                .flatMap(namespace -> present(namespace).stream())
                .filter(entry -> query.filter().meets(entry))
                .sorted(AuditEntry.LATEST_FIRST)
                .filter(entry -> before == null || before.isBefore(entry))
                .limit(query.size())
                .toList();
    }

    static List<AuditEntry> present(NamespaceView namespace) {
        List<AuditEntry> all = new ArrayList<>();
        for (JobView job : namespace.jobs().values()) {
            job.stored().overrides().forEach((key, override) -> all.add(overridden(job.name(), key.key(), override)));
            Switches switches = job.stored().switches();
            switches.shards().forEach((shard, set) -> all.add(switched(job.name(), "shard " + shard, set)));
            switches.instances().forEach((instance, set) -> all.add(switched(job.name(), "instance " + instance, set)));
        }
        for (InstanceView live : namespace.instances().values()) {
            Instance.Drain drain = live.instance().availability().drain();
            if (drain != null) {
                String name = live.instance().name();
                all.add(entry(drain.when(), drain.who(), drain.why(), new What("drain", "instance", name, "")));
            }
        }
        return all;
    }

    private record What(String operation, String kind, String name, String detail) {}

    private static AuditEntry overridden(String job, String key, StoredJob.Override override) {
        return entry(override.when(), override.who(), override.why(), new What("configure", "job", job, key));
    }

    private static AuditEntry switched(String job, String part, Switches.Switch set) {
        return entry(set.when(), set.who(), set.why(), new What(set.on() ? "enable" : "disable", "job", job, part));
    }

    private static AuditEntry entry(Instant at, String who, String why, What what) {
        return new AuditEntry(
                (what.kind() + "/" + what.name() + "/" + what.detail()).replace(' ', '-'),
                at,
                new AuditEntry.By(who, why, AuditEntry.Origin.ENDPOINT, ""),
                new AuditEntry.What(what.operation(), what.kind(), what.name(), what.detail(), null),
                AuditEntry.Result.DONE);
    }
}
