package io.elasticjob.samples.quickstart;

import io.elasticjob.ShardingContext;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The invoices in the database that all instances share. */
@Repository
class Invoices {

    private final JdbcClient jdbc;
    private final String instance;

    Invoices(JdbcClient jdbc, @Value("${elasticjob.instance.name}") String instance) {
        this.jdbc = jdbc;
        this.instance = instance;
    }

    /** Numbers of the oldest open invoices of a region. */
    List<String> oldestOpen(String region, int limit) {
        return jdbc.sql("""
                        SELECT number FROM invoice
                        WHERE region = :region AND settled_at IS NULL
                        ORDER BY issued_on, number LIMIT :limit
                        """)
                .param("region", region)
                .param("limit", limit)
                .query(String.class)
                .list();
    }

    /**
     * Settles an invoice and notes which instance and execution did. An invoice that is settled already is left as it
     * is: a shard may be run again, after a crash for instance, but no invoice is settled twice.
     *
     * @return false if it was settled already, or a later execution is at work in its region
     */
    boolean settle(String number, ShardingContext context) {
        // The last condition is for a copy that stood still, in a long pause of its JVM for instance, until it was
        // taken
        // for dead. When it goes on, another copy has its shard and it does not know yet. But the tokens of a shard
        // only
        // ever grow: where a larger one has been seen, the database refuses what the overtaken copy still wants to do.
        int changed = jdbc.sql("""
                        UPDATE invoice
                        SET settled_at = :now, settled_by = :instance, execution = :execution, fencing_token = :token
                        WHERE number = :number AND settled_at IS NULL
                          AND NOT EXISTS (SELECT 1 FROM invoice later
                                          WHERE later.region = invoice.region AND later.fencing_token > :token)
                        """)
                .param("now", OffsetDateTime.now(ZoneOffset.UTC))
                .param("instance", instance)
                .param("execution", context.executionId().toString())
                .param("token", context.fencingToken())
                .param("number", number)
                .update();
        return changed == 1;
    }

    int countOpen(String region) {
        return jdbc.sql("SELECT count(*) FROM invoice WHERE region = :region AND settled_at IS NULL")
                .param("region", region)
                .query(Integer.class)
                .single();
    }

    /** How many invoices each instance has settled so far, the busiest instance first. */
    List<Share> settledByInstance() {
        return jdbc.sql("""
                        SELECT settled_by AS instance, count(*) AS settled FROM invoice
                        WHERE settled_at IS NOT NULL
                        GROUP BY settled_by ORDER BY settled DESC, instance
                        """).query(Share.class).list();
    }

    int count() {
        return jdbc.sql("SELECT count(*) FROM invoice").query(Integer.class).single();
    }

    /** The part of the work that one instance did. */
    record Share(String instance, int settled) {}
}
