package io.elasticjob.engine;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Barrier;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.ShardParameters;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What this instance knows and does about the firings of one job as wholes. Confined to the loop. */
final class FiringCell {

    /** What is under way about the record. */
    enum Traffic {
        /** It has to be read, after the server has caught up with all that was written before. */
        DOUBTED,
        UNREAD,
        READING,
        KNOWN,
        WRITING,
        /** A later version wrote it: it is left alone until it changes. */
        LEFT_ALONE
    }

    final JobState job;

    private Traffic traffic = Traffic.UNREAD;
    private @Nullable FiringRecord record;
    private int version = -1;

    /** Since when, by the stopwatch, it is known as it is. */
    private long knownSince;

    private boolean marked = true;

    /** Since when, by the stopwatch, the next firing may be opened. */
    private long freeSince;

    /** A fire time that comes shortly; null while none does. */
    private @Nullable Instant ahead;

    /** The reads of all shards' records that are under way; null while none are. */
    private @Nullable Object look;

    /** What was known when all shards' records were read last: another look would find the same. */
    private @Nullable Object looked;

    /** The calls of listeners that are under way; null while none are. */
    private @Nullable Object telling;

    /** What this process has told to listeners last; null before the first. */
    private @Nullable Object told;

    /** What the shards of the firing have left that this process has closed and is to tell; null while there is none. */
    private @Nullable Results results;

    private record Results(Firing firing, SortedMap<Integer, String> ofShards) {}

    /** The parts of the firing that is open; null while they are not known. */
    private @Nullable PlanParts parts;

    /** The plan that is being read; null while none is. */
    private FiringRecord.@Nullable Plan readingPlan;

    /** What this process has planned last; null before the first. */
    private @Nullable PlanDraft draft;

    /** Why the close that is under way is that of a firing without a plan; null when it says nothing of that. */
    private @Nullable String unplanned;

    /** The call of the planner that is under way; null while none is. */
    private FiringPlanners.@Nullable Call call;

    /** Into how many shards the last firing was split that had any, and with what: so that nothing moves between firings. */
    private @Nullable ShardCount split;

    private @Nullable Object splitOf;

    /** How often in a row a close was refused for the sake of jobs that run after this one. */
    private int refusals;

    /** How often in a row a close has waited for a job that runs after this one. */
    private int postponed;

    /** The instance whose node is being read; null while none is. */
    private @Nullable String asking;

    FiringCell(JobState job) {
        this.job = job;
    }

    /** What holds its shards back. */
    Barrier barrier() {
        boolean isToBeRead = plan().filter(plan -> !plan.lost()).isPresent() && !isPlanKnown();
        return record == null || isToBeRead ? Barrier.UNKNOWN : new Barrier(record);
    }

    // ---- Its parts, where they are planned
    // ------------------------------------------------------------------------------

    /** Where the parts are of the firing that is open, or about to be; empty where none is, or it is not planned. */
    Optional<FiringRecord.Plan> plan() {
        FiringRecord.Current current = record == null ? null : record.current();
        return current == null || current.stage() instanceof FiringRecord.Closed
                ? Optional.empty()
                : Optional.ofNullable(current.whole().plan());
    }

    /** How many parts the firing has that is open; 0 where none is, or it is not planned. */
    int openPlannedShards() {
        FiringRecord.Current current = record == null ? null : record.current();
        return current == null || plan().isEmpty() ? 0 : current.whole().count();
    }

    boolean isPlanKnown() {
        PlanParts known = parts;
        return known != null && plan().filter(known.plan()::equals).isPresent();
    }

    void planKnown(PlanParts known) {
        parts = known;
        readingPlan = null;
        marked = true;
    }

    /** False when it is being read already. */
    boolean readsPlan(FiringRecord.Plan plan) {
        boolean isNews = !plan.equals(readingPlan);
        readingPlan = plan;
        return isNews;
    }

    void readsNoPlan() {
        readingPlan = null;
    }

    /** What the planner has said here of this firing; null when it was not asked here. */
    @Nullable
    PlanDraft draft(Object firing) {
        PlanDraft last = draft;
        return last != null && last.firing.equals(firing) ? last : null;
    }

    void draft(@Nullable PlanDraft last) {
        draft = last;
    }

    void unplanned(@Nullable String why) {
        unplanned = why;
    }

    @Nullable
    String takeUnplanned() {
        String why = unplanned;
        unplanned = null;
        return why;
    }

    FiringPlanners.@Nullable Call call() {
        return call;
    }

    void call(FiringPlanners.@Nullable Call begun) {
        call = begun;
    }

    /** The firings of the job are not followed any more, or not by this. */
    void left() {
        FiringPlanners.Call begun = call;
        if (begun != null) {
            begun.stop();
        }
    }

    /** Into how many shards the firing is split that is open, or was last, of a job whose shards are planned. */
    ShardCount split(JobDefinition definition) {
        FiringRecord.Current current = record == null ? null : record.current();
        int count = current == null ? 0 : current.whole().count();
        ShardCount last = split;
        if (count == 0 || current == null) {
            return last == null ? ShardCount.always(1) : last;
        }
        PlanParts known = isPlanKnown() ? parts : null;
        Object of = List.of(current.whole(), known != null, definition.jobParameter());
        if (last == null || !of.equals(splitOf)) {
            last = new ShardCount(
                    new ShardCount.Split(
                            count,
                            known == null ? null : ShardParameters.ofParts(known.parts(), definition.jobParameter())),
                    Collections.emptyNavigableMap());
            split = last;
            splitOf = of;
        }
        return last;
    }

    @Nullable
    FiringRecord record() {
        return record;
    }

    int version() {
        return version;
    }

    // ---- Whether it is to be looked at
    // ---------------------------------------------------------------------------------

    void mark() {
        marked = true;
    }

    boolean takeMark() {
        boolean was = marked;
        marked = false;
        return was;
    }

    void comingUp(Instant fireTime) {
        ahead = fireTime;
        marked = true;
    }

    @Nullable
    Instant takeAhead() {
        Instant next = ahead;
        ahead = null;
        return next;
    }

    // ---- The record
    // ----------------------------------------------------------------------------------------------------

    Traffic traffic() {
        return traffic;
    }

    void traffic(Traffic next) {
        traffic = next;
        marked = true;
    }

    /** Whether the record may be another one by now than is known: that is being read, or about to be. */
    boolean isUnread() {
        return traffic != Traffic.KNOWN;
    }

    /** Connected again: what was under way is over. */
    void reconnected() {
        traffic(Traffic.UNREAD);
        look = null;
        looked = null;
        asking = null;
        readingPlan = null;
    }

    /** Nothing that was read before is believed. */
    void dataLost() {
        record = null;
        version = -1;
        parts = null;
        readingPlan = null;
        draft = null;
        results = null;
    }

    /** False when it is older than what is known, or the same. */
    boolean found(FiringRecord read, int readVersion, long nanos) {
        traffic(Traffic.KNOWN);
        if (record != null && readVersion <= version) {
            return false;
        }
        if (read.isFree() && (record == null || !record.isFree())) {
            freeSince = nanos;
        }
        record = read;
        version = readVersion;
        knownSince = nanos;
        refusals = 0;
        postponed = 0;
        return true;
    }

    long freeSince() {
        return freeSince;
    }

    /** For how long it is known as it is. */
    Duration unchangedFor(long nanos) {
        return Duration.ofNanos(nanos - knownSince);
    }

    // ---- The look at all shards
    // ----------------------------------------------------------------------------------------

    boolean isLooking() {
        return look != null;
    }

    boolean isLook(Object which) {
        return look == which;
    }

    /** @param known what is known as it begins */
    Object looks(Object known) {
        Object begun = new Object();
        look = begun;
        looked = known;
        return begun;
    }

    boolean hasLooked(Object known) {
        return known.equals(looked);
    }

    /** @param isToBeRepeated whether it has told nothing */
    void lookEnded(boolean isToBeRepeated) {
        look = null;
        if (isToBeRepeated) {
            looked = null;
        }
    }

    // ---- What follows
    // --------------------------------------------------------------------------------------------------

    int refusals() {
        return refusals;
    }

    void refusals(int now) {
        refusals = now;
    }

    int postponed() {
        return postponed;
    }

    void postponed(int now) {
        postponed = now;
    }

    // ---- What listeners are told
    // ---------------------------------------------------------------------------------------

    boolean isTelling() {
        return telling != null;
    }

    void tells(@Nullable Object what) {
        telling = what;
    }

    boolean tells(Object what, boolean orHasTold) {
        return what.equals(telling) || (orHasTold && what.equals(told));
    }

    void hasTold(Object what) {
        telling = null;
        told = what;
        results = null;
        marked = true;
    }

    /** This process has closed a firing whose shards have left that, and is to tell it. */
    void closedWith(Firing firing, Map<Integer, String> ofShards) {
        results = new Results(firing, new TreeMap<>(ofShards));
    }

    /** What the shards of a firing have left; empty where this process has not closed it. */
    Optional<SortedMap<Integer, String>> resultsOf(Firing firing) {
        return Optional.ofNullable(results)
                .filter(of -> of.firing().equals(firing))
                .map(Results::ofShards);
    }

    /** False when that node is being read already. */
    boolean asks(String instance) {
        boolean isNews = !instance.equals(asking);
        asking = instance;
        return isNews;
    }

    void asksNoMore() {
        asking = null;
    }

    /** Whether something is under way that has to come to its end. */
    boolean isBusy() {
        boolean isKnown = traffic == Traffic.KNOWN || traffic == Traffic.LEFT_ALONE;
        return !isKnown || telling != null || look != null;
    }

    /** Whether listeners are to be told by such an instance. */
    boolean isToldBy(Predicate<String> instance) {
        FiringRecord known = record;
        if (known == null) {
            return false;
        }
        String planner = known.planning().map(FiringRecord.Planning::by).orElse(null);
        String opener = known.opening().map(FiringRecord.Opening::by).orElse(planner);
        String teller = known.untold().map(FiringRecord.Closed::teller).orElse(opener);
        return teller != null && instance.test(teller);
    }
}
