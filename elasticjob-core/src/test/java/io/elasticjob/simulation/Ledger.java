package io.elasticjob.simulation;

import io.elasticjob.ExecutionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What really ran, as a bystander sees it. */
final class Ledger {

    /** One run of a handler; {@code ended} is null while it goes on, or when its process died. */
    static final class Entry {
        final String process;
        final ExecutionId id;
        final long token;
        final Instant fireTime;
        final Instant started;

        @Nullable
        Instant ended;

        Entry(String process, ExecutionId id, long token, Instant fireTime, Instant started) {
            this.process = process;
            this.id = id;
            this.token = token;
            this.fireTime = fireTime;
            this.started = started;
        }

        @Override
        public String toString() {
            return id + " on " + process + " token " + token + " " + started + " to " + ended;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    Entry started(String process, ExecutionId id, long token, Instant fireTime, Instant now) {
        Entry entry = new Entry(process, id, token, fireTime, now);
        entries.add(entry);
        return entry;
    }

    List<Entry> entries() {
        return entries;
    }
}
