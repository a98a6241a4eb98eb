package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.history.AuditEntry;
import io.elasticjob.boot.history.AuditWriter;
import io.elasticjob.boot.history.JdbcAudit;
import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The audit of a database, where there is one: read by the endpoint, written for who changes jobs. */
final class Audit implements AutoCloseable {

    private final @Nullable JdbcAudit kept;
    private final @Nullable AuditWriter writer;

    /** @param kept null where there is no database for it */
    Audit(@Nullable JdbcAudit kept, Duration maxAge) {
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new InvalidSettingException(
                    "elasticjob.history.retention.audit-max-age", Durations.format(maxAge), "must be positive");
        }
        this.kept = kept;
        this.writer = kept == null ? null : new AuditWriter(() -> kept, maxAge, InstantSource.system());
    }

    Optional<JdbcAudit> kept() {
        return Optional.ofNullable(kept);
    }

    void tell(AuditEntry entry) {
        if (writer != null) {
            writer.tell(entry);
        }
    }

    @Override
    public void close() {
        if (writer != null) {
            writer.close();
        }
    }
}
