package io.elasticjob.boot.history;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of the audit are asked for, latest first.
 *
 * @param filter what they meet
 * @param before what comes after this entry of an earlier page; null for the first page
 * @param size how many at most
 */
public record AuditQuery(Filter filter, @Nullable Place before, int size) {

    public static final int MAX_SIZE = 200;

    /** What entries meet; everything that is not null. */
    public record Filter(
            @Nullable String kind,
            @Nullable String name,
            @Nullable String who,
            @Nullable String operation,
            @Nullable Instant from,
            @Nullable Instant to) {

        public boolean meets(AuditEntry entry) {
            return isAny(kind, entry.what().kind())
                    && isAny(name, entry.what().name())
                    && isAny(who, entry.by().who())
                    && isAny(operation, entry.what().operation())
                    && (from == null || !entry.at().isBefore(from))
                    && (to == null || entry.at().isBefore(to));
        }

        private static boolean isAny(@Nullable String wanted, String is) {
            return wanted == null || wanted.equals(is);
        }
    }

    /** The place of an entry in the order of pages. */
    public record Place(Instant at, String id) {

        public static Place of(AuditEntry entry) {
            return new Place(entry.at(), entry.id());
        }

        /** Whether the entry comes after it: is older. */
        public boolean isBefore(AuditEntry entry) {
            int order = entry.at().compareTo(at);
            return order < 0 || order == 0 && entry.id().compareTo(id) < 0;
        }
    }
}
