package io.elasticjob.testing;

import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What really ran, as a bystander sees it. */
public final class Ledger {

    /** One run of a handler; {@code ended} is null while it goes on, or when its process died. */
    public static final class Entry {
        public final String process;
        public final ExecutionId id;
        public final long token;
        public final Instant fireTime;
        public final ShardingContext context;
        public final Instant started;
        public @Nullable Instant ended;
        /** How it ended, as its runner said; null while it goes on. */
        public @Nullable Outcome outcome;
        /** Whether it was asked to end. */
        public boolean cancelled;
        /** Checkpoints whose writing was acknowledged, in order. */
        public final List<String> acknowledged = new ArrayList<>();

        Entry(String process, ShardingContext context, long token, Instant started) {
            this.process = process;
            this.context = context;
            this.id = context.executionId();
            this.token = token;
            this.fireTime = context.fireTime();
            this.started = started;
        }

        @Override
        public String toString() {
            return id + " on " + process + " token " + token + " " + started + " to " + ended;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    public Entry started(String process, ShardingContext context, long token, Instant now) {
        Entry entry = new Entry(process, context, token, now);
        entries.add(entry);
        return entry;
    }

    public List<Entry> entries() {
        return entries;
    }
}
