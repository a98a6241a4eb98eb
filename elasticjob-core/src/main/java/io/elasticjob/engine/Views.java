package io.elasticjob.engine;

import io.elasticjob.JobDefinition;
import io.elasticjob.PlanStatus;
import io.elasticjob.RegistryException;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Planned;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Read;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.LimitView;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Has views made for those who ask: once for all who ask in a turn, of a {@link Snapshot}, and off the loop. Of the whole
 * namespace one is made at a time; who asks meanwhile gets the next one. While nobody asks, this costs nothing. Confined to
 * the loop.
 */
final class Views {

    private static final int AT_ONCE = 200;

    private final Layout layout;
    private final Roster roster;
    private final JobTable jobs;
    private final PlannedTable planned;
    private final Set<String> builtIn;
    private final Function<JobState, SortedSet<Integer>> starved;
    private final Outbox outbox;
    private final Inquiry records;
    private final LimitReads limits;

    private List<Question<NamespaceView>> ofNamespace = new ArrayList<>();
    private Map<String, List<Question<Optional<JobDetail>>>> ofJobs = new LinkedHashMap<>();

    /** Whether a view of the namespace is being made. */
    private boolean making;

    /** Of the last view of the namespace. Written and read by whoever makes one: one at a time, each seen by the next. */
    private volatile Snapshot.Former former = Snapshot.Former.NONE;

    /**
     * @param builtIn names of the strategies that everybody knows
     * @param starved the shards of a job that have waited for a slot for long
     */
    Views(
            Namespace namespace,
            Set<String> builtIn,
            Function<JobState, SortedSet<Integer>> starved,
            LimitReads limits,
            Outbox outbox) {
        this.limits = limits;
        this.layout = namespace.layout();
        this.roster = namespace.roster();
        this.jobs = namespace.jobs();
        this.planned = namespace.planned();
        this.builtIn = builtIn;
        this.starved = starved;
        this.outbox = outbox;
        this.records = new Inquiry(outbox, AT_ONCE, AT_ONCE, "nothing can be shown of the shard");
    }

    void namespace(Question<NamespaceView> question) {
        ofNamespace.add(question);
    }

    void job(String name, Question<Optional<JobDetail>> question) {
        ofJobs.computeIfAbsent(name, any -> new ArrayList<>()).add(question);
    }

    /**
     * Takes what views are made of, once for all that was asked in this turn.
     *
     * @param over what to read records over; null while this instance cannot tell
     * @param view makes the view of the namespace of a snapshot; off the loop
     * @param asOf everything up to this transaction is known
     */
    void flush(@Nullable Connection over, Supplier<EngineStatus> status, Maker view, long asOf) {
        if (!ofNamespace.isEmpty() && !making) {
            making = true;
            List<Question<NamespaceView>> all = ofNamespace;
            ofNamespace = new ArrayList<>();
            Snapshot snapshot = new Snapshot(builtIn, roster.views(), all());
            EngineStatus now = status.get();
            outbox.make(
                    all,
                    () -> {
                        NamespaceView made = view.make(snapshot, now, asOf, former);
                        former = new Snapshot.Former(snapshot, made.jobs());
                        return made;
                    },
                    () -> making = false);
        }
        if (!ofJobs.isEmpty()) {
            Map<String, List<Question<Optional<JobDetail>>>> all = ofJobs;
            ofJobs = new LinkedHashMap<>();
            all.forEach((name, questions) -> begin(over, name, questions));
        }
    }

    /** Makes a view of a snapshot, on whatever thread. */
    interface Maker {
        NamespaceView make(Snapshot snapshot, EngineStatus status, long asOf, Snapshot.Former former);
    }

    private List<Snapshot.OfJob> all() {
        List<Snapshot.OfJob> all = new ArrayList<>();
        for (JobState job : jobs.jobs()) {
            Snapshot.OfJob known = Snapshot.OfJob.of(job);
            if (known != null) {
                all.add(known);
            }
        }
        return all;
    }

    private void begin(@Nullable Connection over, String name, List<Question<Optional<JobDetail>>> questions) {
        if (over == null) {
            questions.forEach(question -> outbox.refuse(
                    question,
                    new RegistryException(
                            "ZooKeeper cannot be reached at the moment; the state of the job is unknown")));
            return;
        }
        JobState job = jobs.job(name).orElse(null);
        Snapshot.OfJob known = job == null ? null : Snapshot.OfJob.of(job);
        if (job == null || known == null) {
            questions.forEach(question -> outbox.answer(question, Optional.empty()));
            return;
        }
        List<Integer> shards =
                job.shardCount().shown(outbox.now(), job.triggers().largestCount());
        Snapshot snapshot = new Snapshot(builtIn, roster.views(), List.of(known));
        limits.read(
                over,
                job,
                counted -> read(over, job, shards, snapshot, counted, questions),
                why -> questions.forEach(question -> outbox.refuse(question, why)));
    }

    /** A record that cannot be read costs the view of its own shard alone. */
    private void read(
            Connection over,
            JobState job,
            List<Integer> shown,
            Snapshot snapshot,
            List<LimitView> counted,
            List<Question<Optional<JobDetail>>> questions) {
        long asOf = outbox.latest();
        List<Read> found = new ArrayList<>();
        List<String> paths = shown.stream().map(job.life()::record).collect(Collectors.toCollection(ArrayList::new));
        JobDefinition definition = job.definition();
        if (definition != null && definition.wholeFirings().areRecorded()) {
            paths.add(layout.firings(job.name(), job.life().name()));
        }
        records.ask(over, paths, new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return true;
            }

            @Override
            public boolean read(int at, Read read) {
                return found.add(read);
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                return found.add(new Read.Unreadable(new RegistryException(why)));
            }

            @Override
            public void complete() {
                List<Trigger> pending = List.copyOf(job.triggers().pending().values());
                SortedSet<Integer> waiting = starved.apply(job);
                Read firings = found.size() > shown.size() ? found.get(shown.size()) : null;
                List<Read> shards = found.subList(0, shown.size());
                List<PlanStatus> plans =
                        planned.of(job).stream().map(Planned::status).toList();
                outbox.make(
                        questions,
                        () -> Optional.of(snapshot.detail(shown, shards, pending, waiting, counted, asOf, firings)
                                .withPlans(plans)),
                        () -> {});
            }

            @Override
            public void unanswered(int from, Throwable why) {
                questions.forEach(question -> outbox.refuse(question, why));
            }
        });
    }
}
