package io.elasticjob.engine;

import io.elasticjob.coordination.Barrier;
import io.elasticjob.coordination.FiringRecord;
import java.time.Instant;
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
        return record == null ? Barrier.UNKNOWN : new Barrier(record);
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

    /** Connected again: what was under way is over. */
    void reconnected() {
        traffic(Traffic.UNREAD);
        look = null;
        looked = null;
        asking = null;
    }

    /** Nothing that was read before is believed. */
    void dataLost() {
        record = null;
        version = -1;
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
        refusals = 0;
        postponed = 0;
        return true;
    }

    long freeSince() {
        return freeSince;
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
        marked = true;
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
        String opener = known.opening().map(FiringRecord.Opening::by).orElse(null);
        String teller = known.untold().map(FiringRecord.Closed::teller).orElse(opener);
        return teller != null && instance.test(teller);
    }
}
