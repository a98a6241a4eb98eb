package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Cause;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.Join;
import io.elasticjob.Operator;
import io.elasticjob.TriggerStatus;
import io.elasticjob.boot.history.AuditEntry;
import io.elasticjob.boot.history.AuditQuery;
import io.elasticjob.coordination.Chain;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.FiringStep;
import io.elasticjob.coordination.PastFiring;
import io.elasticjob.coordination.PastFirings;
import io.elasticjob.coordination.Succession;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why there was a firing, and which firings there were because of it, as far as the record of the job's firings and its triggers
 * that are not done tell. Decides; never asks.
 */
final class FiringOrigin {

    private FiringOrigin() {}

    /** What has made a firing. */
    enum Kind {
        /** The job's schedule. */
        SCHEDULE,
        /** Somebody, by hand. */
        TRIGGER,
        /** Somebody, for a fire time that is past. */
        BACKFILL,
        /** Firings of other jobs that had ended. */
        AFTER,
        /** A trigger of which nothing is known any more but its number. */
        UNKNOWN
    }

    /**
     * Why there was a firing. What is not known (any more) is null.
     *
     * @param who asked for it; "" when nobody is known
     * @param intervalOf of a backfill, the past fire time
     * @param after the firings that it runs after, as far as they may be seen
     * @param rerun who has it run again; null where nobody does
     */
    record CauseDescriptor(
            Kind kind,
            @Nullable String who,
            @Nullable String why,
            @Nullable Instant requestedAt,
            @Nullable Instant intervalOf,
            @Nullable List<LinkDescriptor> after,
            @Nullable AgainDescriptor rerun) {

        private static CauseDescriptor of(Kind kind, @Nullable Operator by, @Nullable Instant requestedAt) {
            return new CauseDescriptor(
                    kind,
                    by == null ? null : by.who(),
                    by == null || by.why().isEmpty() ? null : by.why(),
                    requestedAt,
                    null,
                    null,
                    null);
        }

        private CauseDescriptor after(List<LinkDescriptor> firings) {
            return new CauseDescriptor(kind, who, why, requestedAt, intervalOf, firings, rerun);
        }

        private CauseDescriptor of(Instant fireTime) {
            return new CauseDescriptor(kind, who, why, requestedAt, fireTime, after, rerun);
        }

        private CauseDescriptor again(@Nullable AgainDescriptor by) {
            return new CauseDescriptor(kind, who, why, requestedAt, intervalOf, after, by);
        }
    }

    /** Who has a past firing run again, by which trigger. */
    record AgainDescriptor(
            long trigger, @Nullable String who, @Nullable String why) {}

    /**
     * A firing of another job.
     *
     * @param fireTime of one by hand the time at which it was asked for; null where that is not known
     * @param result how it has ended; null while it has not, and where that is not known
     */
    record LinkDescriptor(
            String job,
            String firing,
            @Nullable Instant fireTime,
            @Nullable FiringResult result) {}

    /**
     * Why there was a firing.
     *
     * @param asked who has asked for a trigger that is done, and why; null where nobody knows
     * @param visible of which jobs the one who asks may know
     */
    static CauseDescriptor cause(
            JobDetail detail, String firing, LongFunction<@Nullable Operator> asked, Predicate<String> visible) {
        Firing meant = Firing.of(firing);
        CauseDescriptor cause = meant instanceof Firing.Triggered triggered
                ? byHand(detail, triggered, asked, visible)
                : CauseDescriptor.of(Kind.SCHEDULE, null, null);
        return cause.again(rerun(detail, meant, asked));
    }

    private static CauseDescriptor byHand(
            JobDetail detail,
            Firing.Triggered firing,
            LongFunction<@Nullable Operator> asked,
            Predicate<String> visible) {
        TriggerStatus pending = pending(detail, firing.number()).orElse(null);
        PastFiring.Asked with = asked(detail, firing).orElse(null);
        Instant requestedAt = pending == null ? null : pending.requestedAt();
        List<LinkDescriptor> causes = causes(detail, firing);
        if (!causes.isEmpty()) {
            return CauseDescriptor.of(Kind.AFTER, null, requestedAt)
                    .after(causes.stream()
                            .filter(one -> visible.test(one.job()))
                            .toList());
        }
        if (pending != null
                && pending.id().startsWith(Succession.REQUEST)) { // of a job that does not record its firings
            return CauseDescriptor.of(Kind.AFTER, null, requestedAt)
                    .after(before(pending)
                            .filter(one -> visible.test(one.job()))
                            .map(List::of)
                            .orElse(List.of()));
        }
        Operator by = pending == null ? asked.apply(firing.number()) : pending.by();
        boolean isBackfill = with != null && with.interval() != null;
        boolean isByHand = pending != null || with != null || by != null;
        CauseDescriptor cause = CauseDescriptor.of(
                isBackfill ? Kind.BACKFILL : isByHand ? Kind.TRIGGER : Kind.UNKNOWN, by, requestedAt);
        return with != null && with.interval() != null
                ? cause.of(with.interval().fireTime())
                : cause;
    }

    private static @Nullable AgainDescriptor rerun(
            JobDetail detail, Firing firing, LongFunction<@Nullable Operator> asked) {
        FiringRecord record = detail.firings();
        FiringRecord.Current current = record == null ? null : record.current();
        if (current == null
                || !current.whole().isRerun()
                || !current.whole().seen().firing().equals(firing)
                || !(current.whole().firing() instanceof Firing.Triggered by)) {
            return null;
        }
        Operator who = pending(detail, by.number()).map(TriggerStatus::by).orElseGet(() -> asked.apply(by.number()));
        return new AgainDescriptor(by.number(), who == null ? null : who.who(), who == null ? null : who.why());
    }

    /**
     * Which firings of a job there were because of one of another job, latest first.
     *
     * @param detail of the job that runs after the other one
     */
    static List<LinkDescriptor> successors(JobDetail detail, String before, String firing) {
        Map<String, LinkDescriptor> all = new LinkedHashMap<>();
        FiringRecord record = detail.firings();
        if (record != null) {
            FiringRecord.Current current = record.current();
            if (current != null && isAfter(detail, current.whole().firing(), before, firing)) {
                FiringResult result = current.stage() instanceof FiringRecord.Closed closed ? closed.result() : null;
                add(all, detail, current.whole().seen(), result);
            }
            List<PastFiring> closed = record.marks().past().closed();
            for (int i = closed.size() - 1; i >= 0; i--) {
                PastFiring one = closed.get(i);
                if (isAfter(detail, one.of().firing(), before, firing)) {
                    add(all, detail, one.of(), resultOf(one));
                }
            }
        }
        for (TriggerStatus pending : detail.triggers()) {
            before(pending)
                    .filter(one -> one.job().equals(before) && one.firing().equals(firing))
                    .ifPresent(one -> {
                        String text = new Firing.Triggered(pending.number()).text();
                        all.putIfAbsent(
                                text, new LinkDescriptor(detail.job().name(), text, pending.requestedAt(), null));
                    });
        }
        return List.copyOf(all.values());
    }

    /** So many jobs that run after one are looked at. */
    static final int MOST_SUCCESSORS = 20;

    /** The first jobs, by name, that run after one. */
    static List<JobView> after(NamespaceView namespace, String job, Predicate<String> visible) {
        return namespace.jobs().values().stream()
                .filter(one -> visible.test(one.name()))
                .filter(one -> {
                    JobDefinition definition = one.definition();
                    return definition != null
                            && definition.predecessors().stream()
                                    .anyMatch(before -> before.job().equals(job));
                })
                .limit(MOST_SUCCESSORS)
                .toList();
    }

    /**
     * Who has asked for a trigger, and why, as the audit tells of the latest ones; null when it does not.
     *
     * @param audit finds entries, latest first
     */
    static @Nullable Operator asked(Function<AuditQuery, List<AuditEntry>> audit, String job, long trigger) {
        AuditQuery.Filter ofJob = new AuditQuery.Filter("job", job, null, null, null, null);
        Pattern made = Pattern.compile(".*\\btriggers? (\\d+, )*" + trigger + "(, \\d+)*");
        return audit.apply(new AuditQuery(ofJob, null, AuditQuery.MAX_SIZE)).stream()
                .filter(entry -> entry.result() == AuditEntry.Result.DONE)
                .filter(entry ->
                        Set.of("trigger", "rerun").contains(entry.what().operation()))
                .filter(entry -> made.matcher(entry.what().detail()).matches())
                .map(entry -> new Operator(entry.by().who(), entry.by().why()))
                .findFirst()
                .orElse(null);
    }

    private static void add(
            Map<String, LinkDescriptor> all, JobDetail detail, Firing.Past firing, @Nullable FiringResult result) {
        String text = firing.firing().text();
        all.putIfAbsent(text, new LinkDescriptor(detail.job().name(), text, firing.fireTime(), result));
    }

    private static boolean isAfter(JobDetail detail, Firing one, String before, String firing) {
        return causes(detail, one).stream()
                .anyMatch(cause -> cause.job().equals(before) && cause.firing().equals(firing));
    }

    /** The firings that one runs after; none where that is not known. */
    private static List<LinkDescriptor> causes(JobDetail detail, Firing firing) {
        List<Cause> causes =
                asked(detail, firing).map(asked -> asked.chain().causes()).orElse(List.of());
        if (!causes.isEmpty()) {
            return causes.stream()
                    .map(one -> new LinkDescriptor(one.job(), one.firing().text(), one.fireTime(), one.result()))
                    .toList();
        }
        List<Chain.Ancestor> ancestors = ancestors(detail, firing);
        JobDefinition job = detail.job().definition();
        if (ancestors.isEmpty() || job == null || job.join() != Join.EACH) {
            return List.of(); // of a join they are those that all of its causes share
        }
        Chain.Ancestor last = ancestors.get(ancestors.size() - 1); // of what was too long to be kept as a whole
        return List.of(new LinkDescriptor(last.job(), last.firing().text(), last.fireTime(), null));
    }

    private static FiringResult resultOf(PastFiring past) {
        SortedMap<String, Integer> ends = new TreeMap<>();
        past.shards()
                .forEach(shard -> ends.merge(past.ends().others().getOrDefault(shard, "SUCCEEDED"), 1, Integer::sum));
        return FiringStep.resultOf(ends);
    }

    private static Optional<TriggerStatus> pending(JobDetail detail, long number) {
        return detail.triggers().stream().filter(one -> one.number() == number).findFirst();
    }

    /** What the firing was run with; empty where that is not kept. */
    private static Optional<PastFiring.Asked> asked(JobDetail detail, Firing firing) {
        FiringRecord record = detail.firings();
        if (record == null) {
            return Optional.empty();
        }
        PastFirings past = record.marks().past();
        PastFirings.Opened opened = past.opened();
        return opened != null && opened.firing().equals(firing)
                ? Optional.of(opened.asked())
                : past.of(firing).map(PastFiring::asked);
    }

    private static List<Chain.Ancestor> ancestors(JobDetail detail, Firing firing) {
        FiringRecord record = detail.firings();
        FiringRecord.Current current = record == null ? null : record.current();
        return current != null && current.whole().firing().equals(firing)
                ? current.whole().ancestors()
                : List.of();
    }

    /** The firing after which a trigger runs, as its reason has it: {@code after JOB FIRING RESULT}. */
    private static Optional<LinkDescriptor> before(TriggerStatus pending) {
        String[] words = pending.by().why().split(" ", -1);
        if (!pending.id().startsWith(Succession.REQUEST) || words.length != 4) {
            return Optional.empty();
        }
        FiringResult result = null;
        for (FiringResult one : FiringResult.values()) {
            result = one.name().equals(words[3]) ? one : result;
        }
        return Optional.of(new LinkDescriptor(words[1], words[2], null, result));
    }
}
