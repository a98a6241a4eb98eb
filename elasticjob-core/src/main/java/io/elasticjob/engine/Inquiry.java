package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.RegistryException;
import io.elasticjob.coordination.AnswerLimit;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestNotSentException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads many nodes of one kind, in portions, one after the other, or a few at a time where nodes are short and all is well.
 * An answer that is longer than the client takes costs the connection, and would again: so portions are cut by what is known of the nodes' lengths, and are smaller after an answer
 * that never came, down to one node. Once it is known how long an answer was that never came, no portion is as long again. A
 * node that cannot be read even alone, or that this client may not read, costs that one
 * alone: it is told, and asked for again after ever longer pauses. Confined to the loop.
 */
final class Inquiry {

    /** Bytes of one answer, as far as they can be foreseen. */
    private static final int MOST_BYTES = 8 * 1024 * 1024;

    /** Of nodes that are so long it is remembered how long each one is. */
    private static final int LONG = 32 * 1024;

    /** The same of those that take more than such a part of an answer, once it is known how long that may be. */
    private static final int PART = 64;

    /** Portions grow by this factor while answers come, and shrink by it after one that did not. */
    private static final int FACTOR = 4;

    /** Who asks, and what is done with the answers. Called on the loop. */
    interface Asker {

        /** Whether the answer still matters; once it does not, nothing more is asked or told. */
        boolean isWanted();

        /**
         * What is there.
         *
         * @param at place of its path among those that were asked for
         * @return false when the rest need not be asked for
         */
        boolean read(int at, Read read);

        /**
         * This one cannot be read at present, though others can: it may be there, or not.
         *
         * @param pause after which it is worth asking for again; before that it is not asked for
         * @return false when the rest need not be asked for
         */
        boolean unreadable(int at, String why, Duration pause);

        /** Each of them was told. */
        void complete();

        /** No answer came from this one on: they have to be asked for again, over the next connection or in a while. */
        void unanswered(int from, Throwable why);
    }

    private final Outbox outbox;
    private final Troubles troubles;
    private final int most;
    private final int together;
    private final String consequence;

    private int size;

    /** Whether an answer was lost since all of an inquiry was answered: until then portions do not grow. */
    private boolean careful;

    private long average = 1;
    private AnswerLimit limit = AnswerLimit.UNKNOWN;

    /** Nodes whose answer was lost, with those that were asked for together with them, until it is known how long they are. */
    private final Set<String> lost = new HashSet<>();

    /** How long those are together that were in {@link #lost}. */
    private long lostBytes;

    private final Map<String, Long> lengths = new HashMap<>();
    /** When portions were last made smaller, by the stopwatch: what was lost together counts once. */
    private @Nullable Long shrunkAt;

    /**
     * @param first how many nodes are asked for at a time as long as nothing is known of their lengths
     * @param most how many are asked for at a time at most
     * @param consequence of one that cannot be read, in words
     */
    Inquiry(Outbox outbox, int first, int most, String consequence) {
        this(outbox, first, most, 1, consequence);
    }

    /** @param together so many portions are under way at most, where nodes are short and nothing is wrong */
    Inquiry(Outbox outbox, int first, int most, int together, String consequence) {
        this.outbox = outbox;
        this.troubles = outbox.troubles();
        this.size = first;
        this.most = most;
        this.together = together;
        this.consequence = consequence;
    }

    void ask(Connection over, List<String> paths, Asker asker) {
        new Round(over, paths, false, asker).goOn();
    }

    /** As {@link #ask}, after the server has caught up with all that was written before. */
    void askCaughtUp(Connection over, List<String> paths, Asker asker) {
        new Round(over, paths, true, asker).goOn();
    }

    /** One inquiry that is under way. */
    private final class Round {

        private final Connection over;
        private final List<String> paths;
        private final boolean caughtUp;
        private final Asker asker;

        /** Where the portions begin that are not answered yet. */
        private final NavigableSet<Integer> underWay = new TreeSet<>();

        /** The first that is not asked for yet. */
        private int next;

        private boolean isOver;

        Round(Connection over, List<String> paths, boolean caughtUp, Asker asker) {
            this.over = over;
            this.paths = List.copyOf(paths);
            this.caughtUp = caughtUp;
            this.asker = asker;
        }

        void goOn() {
            while (!isOver && next < paths.size() && (underWay.isEmpty() || isQuick(underWay.size()))) {
                Troubles.Trouble trouble =
                        troubles.pausing(paths.get(next), outbox.nanos()).orElse(null);
                if (trouble == null) {
                    askForPortion();
                } else {
                    int at = next++;
                    isOver = !asker.unreadable(at, trouble.why(), trouble.pause(outbox.nanos()));
                }
            }
            if (!isOver && underWay.isEmpty()) {
                isOver = true;
                relax();
                asker.complete();
            }
        }

        private void askForPortion() {
            int begin = next;
            next = end(paths, begin);
            underWay.add(begin);
            long asked = outbox.nanos();
            List<String> portion = paths.subList(begin, next);
            outbox.readEach(over, portion, caughtUp, result -> {
                if (result instanceof Result.Told<List<Read>> told) {
                    learn(portion, told.answer());
                    answered(portion, told.answer(), begin, asked);
                } else if (result instanceof Result.Unknown<List<Read>> unknown) {
                    lost(portion, asked, unknown.why());
                    unanswered(unknown.why());
                }
            });
        }

        private void answered(List<String> portion, List<Read> reads, int begin, long asked) {
            isOver = isOver || !asker.isWanted() || !tell(portion, reads, begin, asked, asker);
            underWay.remove(begin);
            goOn();
        }

        /** The rest is asked for again by the asker, from the first that was not answered. */
        private void unanswered(Throwable why) {
            if (!isOver) {
                isOver = true;
                if (asker.isWanted()) {
                    asker.unanswered(underWay.first(), why);
                }
            }
        }
    }

    /** Whether one more portion may be asked for before those under way are answered: all are full, short, and readable. */
    private boolean isQuick(int underWay) {
        return underWay < together
                && !careful
                && size == most
                && lengths.isEmpty()
                && !limit.isKnown()
                && average * most * together <= MOST_BYTES
                && troubles.areNone();
    }

    private int end(List<String> paths, int begin) {
        long most = limit.most(MOST_BYTES);
        long unknown = limit.isKnown() ? Math.max(average, notable()) : average;
        long bytes = 0;
        int end = begin;
        while (end < paths.size() && end - begin < size) {
            String path = paths.get(end);
            bytes += lengths.getOrDefault(path, unknown);
            boolean alone = troubles.isSuspect(path);
            if (end > begin && (bytes > most || alone)) {
                break;
            }
            end++;
            if (alone) {
                break;
            }
        }
        return end;
    }

    private boolean tell(List<String> portion, List<Read> reads, int begin, long asked, Asker asker) {
        for (int i = 0; i < portion.size(); i++) {
            String path = portion.get(i);
            boolean goesOn;
            if (reads.get(i) instanceof Read.Unreadable unreadable) {
                boolean isNews = !troubles.isKnown(path);
                String why = String.valueOf(unreadable.why().getMessage());
                Troubles.Trouble trouble = troubles.unreadable(path, asked, outbox.nanos(), why);
                if (isNews) {
                    publish(path, trouble);
                }
                goesOn = asker.unreadable(begin + i, trouble.why(), trouble.pause(outbox.nanos()));
            } else {
                troubles.readable(path);
                goesOn = asker.read(begin + i, reads.get(i));
            }
            if (!goesOn) {
                return false;
            }
        }
        return true;
    }

    private void learn(List<String> portion, List<Read> reads) {
        long bytes = 0;
        for (int i = 0; i < portion.size(); i++) {
            String path = portion.get(i);
            long length = reads.get(i) instanceof Read.Present present ? present.data().length : 0;
            bytes += length;
            troubles.answered(path);
            weigh(path, length);
            if (length >= notable() || careful) {
                lengths.put(path, length);
            } else {
                lengths.remove(path);
            }
        }
        average = Math.max(1, bytes / portion.size());
        limit = limit.came(bytes);
        if (!careful && portion.size() == size) {
            size = Math.min(most, size * FACTOR);
        }
    }

    private long notable() {
        return limit.isKnown() ? Math.min(LONG, limit.most(MOST_BYTES) / PART) : LONG;
    }

    /** All was answered. What was short need not be remembered. */
    private void relax() {
        if (careful) {
            careful = false;
            lengths.values().removeIf(length -> length < notable());
        }
    }

    /** Takes note of what an answer was made of that was lost. */
    private void weigh(String path, long length) {
        if (lost.remove(path)) {
            lostBytes += length;
            if (lost.isEmpty()) {
                limit = limit.lost(lostBytes);
            }
        }
    }

    private void lost(List<String> portion, long asked, Throwable why) {
        if (why instanceof RequestNotSentException) {
            return; // the connection was gone before
        }
        careful = true;
        if (shrunkAt == null || asked - shrunkAt >= 0) {
            shrunkAt = outbox.nanos();
            size = Math.max(1, Math.min(size, portion.size()) / FACTOR);
        }
        lost.clear();
        if (portion.size() == 1) { // the reason for what was lost before, perhaps
            String path = portion.get(0);
            String told = why.getMessage()
                    + ", each time that it was asked for alone; perhaps it is longer than an answer may be";
            troubles.unanswered(path, asked, outbox.nanos(), told).ifPresent(trouble -> publish(path, trouble));
        } else {
            lost.addAll(portion);
            lostBytes = 0;
        }
    }

    private void publish(String path, Troubles.Trouble trouble) {
        outbox.publish(new ElasticJobEvent.ValueUnreadable(path, trouble.why(), consequence));
    }

    /** Nodes of this kind were written here, of this length on the average: those can be asked for without a first try. */
    void wrote(long averageLength) {
        average = Math.max(1, averageLength);
        if (!careful) {
            size = most;
        }
    }

    /** What was asked for is not there any more: nothing of it need be remembered. */
    void forget(String path) {
        lengths.remove(path);
        weigh(path, 0);
        troubles.forget(path);
    }

    /** For whoever can do nothing with a part of it. */
    static RegistryException cannotBeRead(String path, String why) {
        return new RegistryException(path + " cannot be read: " + why);
    }
}
