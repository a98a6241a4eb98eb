package io.elasticjob.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ShardingContext;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;

/** The job without a scheduler: a context made by hand, and the invoices that the sample ships. */
class SettleInvoicesTests {

    private final EmbeddedDatabase database = new EmbeddedDatabaseBuilder()
            .setType(EmbeddedDatabaseType.H2)
            .generateUniqueName(true)
            .addScript("schema.sql")
            .build();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final Invoices invoices = new Invoices(jdbc, "quickstart-8081");
    private final SettleInvoices job = new SettleInvoices(invoices, "quickstart-8081");

    @AfterEach
    void closeDatabase() {
        database.shutdown();
    }

    @Test
    void everyRegionHasInvoicesForSomeMinutes() {
        assertThat(invoices.count()).isEqualTo(4200);
        assertThat(invoices.countOpen("EMEA")).isEqualTo(1400);
        assertThat(invoices.countOpen("APAC")).isEqualTo(1200);
        assertThat(invoices.countOpen("AMER")).isEqualTo(1000);
        assertThat(invoices.countOpen("LATAM")).isEqualTo(600);
    }

    @Test
    void aShardSettlesTheOldestOpenInvoicesOfItsRegionAndOfNoOther() {
        var oldest = invoices.oldestOpen("APAC", 20);

        job.execute(shardOfApac().build());

        assertThat(jdbc.sql("SELECT number FROM invoice WHERE settled_at IS NOT NULL ORDER BY issued_on, number")
                        .query(String.class)
                        .list())
                .isEqualTo(oldest);
        assertThat(invoices.countOpen("APAC")).isEqualTo(1180);
    }

    @Test
    void aSettledInvoiceSaysWhichInstanceAndExecutionSettledIt() {
        job.execute(shardOfApac().fencingToken(42).build());

        assertThat(jdbc.sql("SELECT DISTINCT settled_by, execution, fencing_token FROM invoice WHERE settled_by <> ''")
                        .query()
                        .singleRow())
                .containsEntry("settled_by", "quickstart-8081")
                .containsEntry("execution", "settleInvoices/1970-01-01T00:00:00Z/1/1")
                .containsEntry("fencing_token", 42L);
    }

    @Test
    void anInvoiceIsSettledOnceEvenIfItsShardIsRunAgain() {
        String number = invoices.oldestOpen("APAC", 1).get(0);

        assertThat(invoices.settle(number, shardOfApac().fencingToken(1).build()))
                .isTrue();
        assertThat(invoices.settle(
                        number, shardOfApac().fencingToken(2).attempt(2).build()))
                .isFalse();

        assertThat(jdbc.sql("SELECT fencing_token FROM invoice WHERE number = ?")
                        .param(number)
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void anOvertakenExecutionSettlesNothingMoreInItsRegion() {
        job.execute(shardOfApac().fencingToken(8).attempt(2).build());

        job.execute(shardOfApac().fencingToken(7).build());
        assertThat(invoices.countOpen("APAC")).isEqualTo(1180);

        String elsewhere = invoices.oldestOpen("EMEA", 1).get(0);
        assertThat(invoices.settle(elsewhere, shardOfApac().fencingToken(7).build()))
                .as("another shard's tokens are none of its business")
                .isTrue();
    }

    @Test
    void aCancelledExecutionLeavesTheRestForTheNextFiring() {
        AtomicInteger asked = new AtomicInteger();

        job.execute(shardOfApac().cancelled(() -> asked.incrementAndGet() > 3).build());

        assertThat(invoices.countOpen("APAC")).isEqualTo(1197);
    }

    @Test
    void theSummaryCountsByInstance() {
        InvoiceSummary summary = new InvoiceSummary(invoices);
        assertThat(summary.text()).isEqualTo("Summary: 0 of 4200 invoices are settled");

        job.execute(shardOfApac().build());
        new SettleInvoices(new Invoices(jdbc, "quickstart-8080"), "quickstart-8080")
                .execute(shardOfApac().build());
        job.execute(shardOfApac().build());

        assertThat(summary.text())
                .isEqualTo("Summary: 60 of 4200 invoices are settled: 40 by quickstart-8081, 20 by quickstart-8080");
    }

    private static ShardingContext.Builder shardOfApac() {
        return ShardingContext.builder()
                .jobName("settleInvoices")
                .shard(1, 4)
                .shardingParameter("APAC")
                .fencingToken(1);
    }
}
