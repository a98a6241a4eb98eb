package io.elasticjob.test.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Overlap;
import io.elasticjob.ShardingContext;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/** As docs/migration/xxl-job.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = XxlJobMigrationTests.Mails.class)
@Import(XxlJobMigrationTests.Mails.class)
class XxlJobMigrationTests {

    static class Mails {

        final List<String> sent = new CopyOnWriteArrayList<>();

        @ElasticJob(name = "sendMails", cron = "0 0/10 * * * ?", shardingTotalCount = 3, overlap = Overlap.QUEUE_ALL)
        public void send(ShardingContext context) {
            for (int id = 0; id < 9; id++) {
                if (id % context.shardingTotalCount() == context.shardingItem()) {
                    sent.add(context.jobParameter() + id);
                }
            }
        }
    }

    @Autowired
    private ElasticJobTester tester;

    @Autowired
    private Mails mails;

    @Test
    void allPartsAreDoneWithAnyNumberOfInstances() {
        tester.run(TriggerRequest.of("sendMails").withParameter("mail-"));

        assertThat(mails.sent).hasSize(9).doesNotHaveDuplicates().contains("mail-0", "mail-8");
    }
}
