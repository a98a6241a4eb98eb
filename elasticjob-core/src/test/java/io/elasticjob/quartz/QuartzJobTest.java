package io.elasticjob.quartz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quartz.Job;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.PersistJobDataAfterExecution;

class QuartzJobTest {

    private static final Instant THREE = Instant.parse("2026-01-01T03:00:00Z");

    private final List<JobExecutionContext> seen = new ArrayList<>();

    private final ShardingContext execution = ShardingContext.builder()
            .jobName("archive")
            .shard(1, 2)
            .shardingParameter("south")
            .jobParameter("all")
            .fireTime(THREE)
            .previousFireTime(THREE.minusSeconds(3600))
            .build();

    @Test
    void aJobOfQuartzSeesWhatItKnowsFromQuartz() throws Exception {
        Job job = seen::add;
        QuartzJob.of(() -> job, Map.of("folder", "/var/archive")).execute(execution);

        JobExecutionContext context = seen.get(0);
        assertThat(context.getMergedJobDataMap().getString("folder")).isEqualTo("/var/archive");
        assertThat(context.getJobDetail().getJobDataMap().getString("shardingParameter"))
                .isEqualTo("south");
        assertThat(context.getMergedJobDataMap().getInt("shardingItem")).isEqualTo(1);
        assertThat(context.getMergedJobDataMap().getString("jobParameter")).isEqualTo("all");
        assertThat(context.getJobDetail().getKey().getName()).isEqualTo("archive");
        assertThat(context.getJobInstance()).isSameAs(job);
        assertThat(context.getScheduledFireTime()).isEqualTo(Date.from(THREE));
        assertThat(context.getPreviousFireTime()).isEqualTo(Date.from(THREE.minusSeconds(3600)));
        assertThat(context.getNextFireTime()).isNull();
        assertThat(context.getFireInstanceId()).isEqualTo("archive/2026-01-01T03:00:00Z/1/1");
        assertThat(context.getTrigger().getJobKey())
                .isEqualTo(context.getJobDetail().getKey());
        assertThat(context.isRecovering()).isFalse();
        assertThat(context.getScheduler().getContext()).isEmpty();
        context.put("note", 1);
        assertThat(context.get("note")).isEqualTo(1);
    }

    @Test
    void aLaterAttemptIsARecovery() throws Exception {
        QuartzJob.of(() -> seen::add).execute(execution.toBuilder().attempt(2).build());

        assertThat(seen.get(0).isRecovering()).isTrue();
    }

    @Test
    void whatItThrowsIsAFailure() {
        JobExecutionException failure = new JobExecutionException("no disk");

        assertThatThrownBy(() -> failing(failure).execute(execution)).isSameAs(failure);
    }

    @Test
    void itMayAskToRunAgainAtOnce() throws Exception {
        QuartzJob.of(() -> context -> {
                    seen.add(context);
                    if (context.getRefireCount() < 2) {
                        throw new JobExecutionException("once more", true);
                    }
                })
                .execute(execution);

        assertThat(seen).extracting(JobExecutionContext::getRefireCount).containsExactly(0, 1, 2);
    }

    @Test
    void aCancelledExecutionDoesNotRunAgain() {
        SimpleJob job = failing(new JobExecutionException("once more", true));

        assertThatThrownBy(() ->
                        job.execute(execution.toBuilder().cancelled(() -> true).build()))
                .hasMessage("once more");
        assertThat(seen).hasSize(1);
    }

    @Test
    void itCannotEndItsOwnSchedule() {
        JobExecutionException failure = new JobExecutionException("enough");
        failure.setUnscheduleAllTriggers(true);

        assertThatThrownBy(() -> failing(failure).execute(execution))
                .satisfies(
                        thrown -> assertThat(thrown.getSuppressed()[0]).hasMessageContaining("JobOperations.disable"));
    }

    private SimpleJob failing(JobExecutionException failure) {
        return QuartzJob.of(() -> context -> {
            seen.add(context);
            throw failure;
        });
    }

    @Test
    void whatSteersJobsIsNamedWhereAJobAsksItsScheduler() throws Exception {
        QuartzJob.of(() -> seen::add).execute(execution);

        assertThatThrownBy(() -> seen.get(0).getScheduler().standby())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("Scheduler.standby")
                .hasMessageContaining("JobOperations");
    }

    @PersistJobDataAfterExecution
    private static final class Remembers implements Job {
        @Override
        public void execute(JobExecutionContext context) {
            throw new AssertionError("is not to run");
        }
    }

    @Test
    void aJobWhoseDataWouldHaveToBeStoredIsRefused() {
        assertThatThrownBy(() -> QuartzJob.of(Remembers::new).execute(execution))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("Remembers")
                .hasMessageContaining("keepCheckpoint");
    }
}
