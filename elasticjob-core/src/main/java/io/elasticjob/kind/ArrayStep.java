package io.elasticjob.kind;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Outcome;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is to be done next about an execution that runs on a cluster. Decides; never acts. */
sealed interface ArrayStep {

    /** Nothing, until the cluster tells something else. */
    record Rest() implements ArrayStep {}

    /** Ask the cluster what is there. */
    record Look() implements ArrayStep {}

    /** Have it created, so that nothing starts. */
    record Prepare() implements ArrayStep {}

    /** Write this into the record, which proves the claim. */
    record Note(ArrayPlace place) implements ArrayStep {}

    /** Let it start. */
    record Release(Created run) implements ArrayStep {}

    /** End it on the cluster. */
    record Cancel(Created run) implements ArrayStep {}

    /** It is over. */
    record End(Outcome outcome) implements ArrayStep {}

    /**
     * What is known.
     *
     * @param cluster its name
     * @param place as the record has it
     * @param look what the cluster has told last
     * @param isCancelled whether it is to end
     * @param told how the tasks of this attempt stand, by their numbers in the firing, as far as the cluster has told it; null
     *     before
     */
    record Known(
            String cluster,
            ArrayPlace place,
            Seen look,
            boolean isCancelled,
            @Nullable ArrayPlace told) {}

    /** What was seen on the cluster. */
    sealed interface Seen {

        /** Nobody has looked, or what was seen may not hold any more. */
        record Unknown() implements Seen {}

        /** This attempt was claimed just now: nobody can have asked for it. */
        record New() implements Seen {}

        /** Nothing is there. */
        record Nothing() implements Seen {}

        /** What is there. */
        record Something(RunStatus status) implements Seen {}
    }

    /** The next step; each is taken alone, and what it brings about is known before the next one. */
    static ArrayStep next(Known known) {
        if (known.look() instanceof Seen.Unknown) {
            return new Look();
        }
        if (known.look() instanceof Seen.Something something) {
            return withRun(known, something.status());
        }
        if (known.place().released().isPresent()) {
            return new End(gone(known)); // it was there
        }
        if (known.place().tasks().isEmpty()) { // all have ended well, and that could not be recorded
            return new End(new Outcome.Succeeded());
        }
        return known.isCancelled() ? new End(new Outcome.Abandoned()) : new Prepare();
    }

    private static Outcome gone(Known known) {
        if (known.place().done() == known.place().size()) {
            return new Outcome.Succeeded();
        }
        return known.isCancelled() ? new Outcome.Abandoned() : new Outcome.Lost();
    }

    private static ArrayStep withRun(Known known, RunStatus status) {
        Created run = status.run();
        Optional<String> released = known.place().released();
        boolean isOver = status.phase() == Phase.ENDED;
        if (released.isPresent() && !released.get().equals(run.identity())) {
            // Ours was deleted, and this was created by somebody who came too late.
            return isOver ? new End(gone(known)) : new Cancel(run);
        }
        if (released.isEmpty()) {
            if (known.isCancelled()) {
                return isOver ? new End(new Outcome.Abandoned()) : new Cancel(run);
            }
            return new Note(known.place().at(known.cluster(), run.identity()));
        }
        if (known.told() != null && !known.told().equals(known.place())) {
            return new Note(known.told());
        }
        if (isOver) {
            return new End(ended(known));
        }
        if (known.isCancelled()) {
            return new Cancel(run);
        }
        return status.phase() == Phase.SUSPENDED ? new Release(run) : new Rest();
    }

    private static Outcome ended(Known known) {
        ArrayPlace place = known.place();
        if (place.done() == place.size()) {
            return new Outcome.Succeeded();
        }
        if (known.isCancelled()) {
            return new Outcome.Abandoned();
        }
        int missing = place.size() - place.done() - place.failed().size();
        String failed = place.failed().size() + " of " + place.size() + " tasks failed"
                + (place.failed().isEmpty() ? "" : ": " + cut(place.failed().text()));
        return new Outcome.Failed(missing == 0 ? failed : failed + "; " + missing + " did not end");
    }

    private static String cut(String ranges) {
        int most = 200;
        return ranges.length() <= most ? ranges : ranges.substring(0, ranges.lastIndexOf(',', most)) + ",…";
    }
}
